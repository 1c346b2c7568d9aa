/**
 * Items that cannot be bytes: those that hold shared memory, such as locks. They are posted to all threads of the program, and the
 * queue holds their number, so that order stays one. Whoever takes one tells the others to forget it.
 *
 *     put ── message ──▶ [ thread ] [ thread ] [ thread ]      each keeps it by its number
 *      └──── number ──▶ queue ──▶ get: the thread that takes the number has the message already
 */
import { BroadcastChannel, receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';

type Message = { readonly key: string; readonly data?: unknown; readonly taken?: true };

const kept = new Map<string, unknown>();
let channel: BroadcastChannel | undefined;

/** Takes part from now on; every thread that has a queue does. */
export function listen(): void {
  if (channel !== undefined) return;
  channel = new BroadcastChannel('@p8/threading.outside');
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a listener would keep the program alive; so does not
  channel.onmessage = (event) => hear((event as { readonly data: Message }).data);
  channel.unref();
}

/** Sends a message to all threads. Raises DataCloneError if it cannot be sent. */
export function post(key: string, data: unknown): void {
  listen();
  kept.set(key, structuredClone(data));
  channel?.postMessage({ key, data } satisfies Message);
}

/** Takes a message; undefined if this thread was not there when it was sent. */
export function collect(key: string): { readonly data: unknown } | undefined {
  if (!kept.has(key)) drain();
  if (!kept.has(key)) return undefined;
  const data = kept.get(key);
  kept.delete(key);
  channel?.postMessage({ key, taken: true } satisfies Message);
  return { data };
}

/** The messages of a queue, for a thread that was not there when they were sent. */
export function keptFor(prefix: string): readonly (readonly [string, unknown])[] {
  drain();
  return [...kept].filter(([key]) => key.startsWith(prefix));
}

export function keep(messages: readonly (readonly [string, unknown])[]): void {
  for (const [key, data] of messages) kept.set(key, data);
}

function hear(message: Message): void {
  if (message.taken) kept.delete(message.key);
  else kept.set(message.key, message.data);
}

function drain(): void {
  if (channel === undefined) return;
  // documented to take channels too
  const port = channel as unknown as MessagePort;
  for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
    hear(got.message as Message);
  }
}
