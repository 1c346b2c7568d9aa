import { BaseException, Exception } from '@p8/errors';

/**
 * Whether an error ends the server rather than one request: `SystemExit`, `KeyboardInterrupt` and their like. A handler's
 * own cancelled call (an `AbortError`) does not: the server is cancelled by its signal, and knows it when it happens.
 */
export function mustEscape(error: unknown): boolean {
  return error instanceof BaseException && !(error instanceof Exception) && error.name !== 'AbortError';
}
