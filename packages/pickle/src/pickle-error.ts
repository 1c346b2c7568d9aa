/** https://docs.python.org/3/library/pickle.html#pickle.PickleError */
import { Exception } from '@p8/errors';

/** The base of the two. */
export class PickleError extends Exception {}

/** A value cannot cross to another thread or process. The message says where it stands in the data, and the fix. */
export class PicklingError extends PickleError {}

/** What arrived cannot be made into a value here: a function is not exported, or cannot be had without waiting. */
export class UnpicklingError extends PickleError {
  /** Where it goes wrong in the bytes, for those of CPython's format. */
  declare readonly offset?: number;

  constructor(message?: string, options?: ErrorOptions & { readonly offset?: number }) {
    super(message, options);
    if (options?.offset !== undefined) this.offset = options.offset;
  }
}
