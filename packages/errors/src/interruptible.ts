/** Ctrl-C as an error: Python's `KeyboardInterrupt` for code that awaits. */
import { setContext } from './context.ts';
import { KeyboardInterrupt } from './exceptions.ts';

/**
 * Runs a body that Ctrl-C (SIGINT) can end: the first one aborts the signal it is given. Comes back: the body's value.
 * Raises KeyboardInterrupt once an interrupted body has ended; uncaught, it ends the process with status 130. An error
 * of another kind that the body raises after Ctrl-C goes on instead, with the KeyboardInterrupt as its context.
 *
 *     await interruptible((signal) => server.serveForever({ signal }));
 *
 * It waits until the body has ended, so that its cleanup is done. A body that does not heed the signal is ended by a
 * second Ctrl-C, which has its usual effect. Listeners of your own are called as ever. Node gives signals to the main
 * thread only: in a worker the signal never aborts.
 */
export async function interruptible<T>(body: (signal: AbortSignal) => T): Promise<Awaited<T>> {
  const controller = new AbortController();
  const { signal } = controller;
  const interrupt = () => controller.abort(new KeyboardInterrupt());
  process.once('SIGINT', interrupt);
  try {
    const value = await body(signal);
    signal.throwIfAborted();
    return value;
  } catch (error) {
    if (!signal.aborted || error === signal.reason) throw error;
    if (error instanceof Error && error.name === 'AbortError') throw signal.reason;
    throw setContext(error, signal.reason);
  } finally {
    process.off('SIGINT', interrupt);
  }
}
