/** Errors of every kind, raised in another thread. */
import { addNote, ExceptionGroup, KeyError, OSError, setContext, ValueError } from '@p8/errors';
import { reduce } from '../src/index.ts';
import type { Reduced } from '../src/index.ts';

export class BadPort extends ValueError {
  readonly port: number;

  /** Takes what no other error takes: a receiver that ran this would fail. */
  constructor(text: { readonly port: string }) {
    super(`bad port ${text.port}`);
    this.port = Number(text.port);
  }
}

/** Has a field that nobody else can fill, so it says itself what it becomes. */
export class Secretive extends Error {
  readonly #secret: string;

  constructor(secret: string) {
    super('it is a secret');
    this.#secret = secret;
  }

  get secret(): string {
    return this.#secret;
  }

  static {
    Object.defineProperty(this.prototype, reduce, {
      value(this: Secretive): Reduced {
        return [Secretive, [this.#secret]];
      },
    });
  }
}

class Hidden extends BadPort {
  override readonly name: string = 'Hidden';
}

export const hiddenClass = (): Function => Hidden;

export class OddAbort extends DOMException {
  readonly odd = true;
}

export function badPort(): never {
  throw new BadPort({ port: '99999' });
}

export function hidden(): never {
  throw new Hidden({ port: '1' });
}

export function local(): never {
  class Local extends Hidden {
    override readonly name = 'Local';
  }
  throw new Local({ port: '2' });
}

export function secretive(): never {
  throw new Secretive('42');
}

export function refused(): never {
  throw new OSError(111, { syscall: 'connect', address: ['127.0.0.1', 9] });
}

export function chained(): never {
  const error = new KeyError('key', { cause: new BadPort({ port: '1' }) });
  addNote(error, 'a note');
  addNote(error, 'and another');
  throw setContext(error, new RangeError('before'));
}

export function grouped(): never {
  const members: Error[] = [new BadPort({ port: '1' }), new ExceptionGroup('inner', [new KeyError('k')])];
  throw new ExceptionGroup('two', members);
}

export function aborted(): never {
  throw new DOMException('enough', 'AbortError');
}

export function oddlyAborted(): never {
  throw new OddAbort('enough', 'AbortError');
}

export function ofNode(): never {
  Buffer.from(5 as never);
  throw new Error('Node took a number for bytes');
}

/** An error that holds itself, a function, a promise, a proxy and a stream. */
export function tangled(): never {
  const error = Object.assign(new Error('tangled'), { fine: [1, new Map([[1, 2]])] } as Record<string, unknown>);
  error['itself'] = error;
  error['callback'] = () => {};
  error['deep'] = { promise: Promise.resolve() };
  error['proxy'] = new Proxy({ a: 1 }, {});
  error['stream'] = new ReadableStream();
  error['regexp'] = /after/;
  throw error;
}

export function noError(): never {
  // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- somebody does
  throw { reason: 'not an error' };
}
