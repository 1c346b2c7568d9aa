/** https://docs.python.org/3/library/concurrent.futures.html#exception-classes */
import { Exception, RuntimeError } from '@p8/errors';

/** The future was cancelled. */
export class CancelledError extends Exception {}
/** The future is in a state that does not allow this: a result cannot be set twice. */
export class InvalidStateError extends Exception {}
/** The executor cannot be used any more. */
export class BrokenExecutor extends RuntimeError {}
/** The initializer of a thread pool failed: the cause says how. */
export class BrokenThreadPool extends BrokenExecutor {}
/** A result, or an error, cannot be sent back: the cause says why. Python's `multiprocessing.pool.MaybeEncodingError`. */
export class MaybeEncodingError extends Exception {}
