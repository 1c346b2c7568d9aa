/**
 * What goes over a connection with the server of a manager, in both directions.
 *
 *     client ── ident, method, arguments, keywords ──▶ server        ident null: asked of the server itself
 *            ◀── kind, content ──
 *
 * https://github.com/python/cpython/blob/3.13/Lib/multiprocessing/managers.py (Server, dispatch)
 */
import { Exception } from '@p8/errors';
import { RemoteError } from './remote-error.ts';

export type Keywords = Readonly<Record<string, unknown>>;

export type Request = readonly [
  ident: string | null,
  method: string,
  args: readonly unknown[],
  keywords: Keywords | undefined,
];

/** What became of a request. */
export const Kind = {
  return: '#RETURN',
  /** The error that the method raised. */
  error: '#ERROR',
  /** The text of an error before or after it. */
  traceback: '#TRACEBACK',
  unserializable: '#UNSERIALIZABLE',
  /** What can be called of an object that stays there, and its token. */
  proxy: '#PROXY',
} as const;

export type Reply = readonly [kind: string, content: unknown];

/** How requests and replies are written. */
export interface Dialect {
  /** Raises PicklingError for what cannot be sent. */
  encode(message: Request | Reply): Uint8Array;
  /** The message, or a promise of it: it may need modules that are not loaded yet. */
  decode(message: Buffer): unknown;
  decodeSync(message: Buffer): unknown;
}

/** The error of a reply that is no result. */
export function errorOf(kind: string, content: unknown): unknown {
  if (kind === Kind.error) return content instanceof Error ? content : new RemoteError(String(content));
  if (kind === Kind.traceback || kind === Kind.unserializable) return new RemoteError(String(content));
  return new Exception(`the manager gave a reply of a kind that is not known: ${kind}`);
}
