/** What happens to the error of a thread: Python's `threading.excepthook`. */
import { BaseException, extractTb, formatException, hideFrames, SystemExit } from '@p8/errors';
import type { FrameSummary } from '@p8/errors';
import type { Thread } from './thread.ts';

/** What a hook is told. */
export interface ExceptHookArgs {
  /** The class of the error; `undefined` for a thrown value that is no error. */
  readonly excType: Function | undefined;
  readonly excValue: unknown;
  readonly excTraceback: readonly FrameSummary[];
  readonly thread: Thread;
}

export type ExceptHook = (args: ExceptHookArgs) => void;

let chosen: ExceptHook | undefined;

// the first frame that a user sees is his own
hideFrames(import.meta.dirname);

/**
 * Handles the error that ended a thread: by the hook that was set, or by printing `Exception in thread NAME:` and the traceback to
 * stderr. `SystemExit` is silent.
 */
export function excepthook(args: ExceptHookArgs): void {
  if (args.excValue instanceof SystemExit) return;
  try {
    (chosen ?? print)(args);
  } catch (error) {
    process.stderr.write(`Exception in threading.excepthook:\n${formatException(error)}\n`);
  }
}

/**
 * Sets what is called with the error that ends a thread. It is called in the thread that started the other one; a hook that the
 * thread itself has set comes first, and is called there. `null` gives the default back.
 *
 * https://docs.python.org/3/library/threading.html#threading.excepthook
 */
export function setExcepthook(hook: ExceptHook | null): void {
  if (hook !== null && typeof hook !== 'function')
    throw new TypeError(`hook must be a function or null, not ${String(hook)}`);
  chosen = hook ?? undefined;
}

/** Whether this thread has set a hook. */
export function isHooked(): boolean {
  return chosen !== undefined;
}

/** The record for an error. */
export function exceptHookArgs(error: unknown, thread: Thread): ExceptHookArgs {
  const known = error instanceof BaseException;
  return {
    excType: known ? error.constructor : undefined,
    excValue: error,
    excTraceback: known ? extractTb(error) : [],
    thread,
  };
}

function print({ excValue, thread }: ExceptHookArgs): void {
  process.stderr.write(`Exception in thread ${thread.name}:\n${formatException(excValue)}\n`);
}
