/** What becomes of the calls of a channel: their results, and their errors. */
import { OSError, RuntimeError } from '@p8/errors';
import type { Operation } from './channel.ts';
import { EBADF } from './wait.ts';
import type { Waiter } from './wait-queue.ts';

/** The error of a call on a closed socket. */
export function closedError(call: string): OSError {
  return new OSError(EBADF, { syscall: call });
}

/** The error of a call that waited when its socket was closed. */
export function closedDuring(call: string): OSError {
  return new OSError(`[Errno ${EBADF}] Bad file descriptor: the socket was closed during ${call}()`, {
    errno: EBADF,
    syscall: call,
  });
}

/** The error of a blocking call where promise calls wait. */
export function overtaking(call: string, what: string): RuntimeError {
  return new RuntimeError(
    `${call}Sync() would overtake a promise call that waits to ${what} on the same socket; await that first`,
  );
}

/** The error of a second call that would lend memory. */
export function lending(): RuntimeError {
  return new RuntimeError(
    'recvView(): another recvView waits on this socket; a socket lends one view at a time, so await that first',
  );
}

/** The result of a try that did not have to wait, or its failure. */
export function settled<T>(operation: Operation<T>, value: number): Promise<T> {
  if (value < 0) return Promise.reject(failure(operation, value));
  try {
    return Promise.resolve(operation.finish(value));
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Gives a waiting call the result of its try. */
export function finish(waiter: Waiter, value: number): void {
  try {
    waiter.resolve(waiter.operation.finish(value) as never);
  } catch (error) {
    waiter.reject(error);
  }
}

export function failure(operation: Operation<unknown>, outcome: number): OSError {
  return explained(operation, new OSError(outcome, { syscall: operation.call }));
}

/** The error as the operation completes it. */
export function explained(operation: Operation<unknown>, error: OSError): OSError {
  return operation.explain?.(error) ?? error;
}
