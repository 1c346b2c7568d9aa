/** The errors of this package. https://docs.python.org/3/library/multiprocessing.html#exceptions */
import { Exception } from '@p8/errors';
import { BrokenExecutor } from '@p8/threading';

/** The base of all of them. */
export class ProcessError extends Exception {}

/** A message did not fit into the memory given for it. */
export class BufferTooShort extends ProcessError {
  /** The message: Python's `args[0]`. */
  readonly received: Buffer;

  constructor(received: Buffer, room: number) {
    super(`a message of ${received.length} bytes does not fit into ${room}`);
    this.received = received;
  }
}

/** The other side of a connection does not know the key, or does not speak the protocol. */
export class AuthenticationError extends ProcessError {}

/** The processes of a pool cannot start: the cause says why. One that is lost later is replaced, and breaks nothing. */
export class BrokenProcessPool extends BrokenExecutor {}
