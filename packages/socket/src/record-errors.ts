/** Errors of calls that receive a record of a stream. */
import { EOFError, ValueError } from '@p8/errors';

/**
 * The stream ended in the middle of what was asked for: asyncio's error of the same name. What had come is in `partial`.
 *
 * https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.IncompleteReadError
 */
export class IncompleteReadError extends EOFError {
  readonly partial: Buffer;
  /** How many bytes were asked for; null where that depends on a delimiter. */
  readonly expected: number | null;

  constructor(partial: Buffer, expected: number | null) {
    const wanted = expected === null ? 'and no delimiter' : `of ${expected}`;
    super(`the stream ended after ${partial.length} bytes ${wanted}`);
    this.partial = partial;
    this.expected = expected;
  }
}

/** No delimiter came within the limit. Nothing is lost: the next receive of any kind gets the bytes. */
export class LimitOverrunError extends ValueError {
  readonly limit: number;

  constructor(call: string, limit: number) {
    super(`${call}(): no delimiter within the limit of ${limit} bytes; raise the limit, or take the bytes with recv()`);
    this.limit = limit;
  }
}
