/** A thread or process that went away in the middle of its work. */
import { RuntimeError } from '@p8/errors';

/** The worker that did this was ended from outside of its work: by `process.exit`, for want of memory, or by a signal. */
export class WorkerLostError extends RuntimeError {
  /** What it gave to `process.exit`, or 1. */
  readonly exitcode: number;

  constructor(message: string, options: ErrorOptions & { readonly exitcode: number }) {
    super(message, options);
    this.exitcode = options.exitcode;
  }
}
