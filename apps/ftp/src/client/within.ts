/** Waiting for something that goes on by itself: a time limit or a signal ends the wait, not the thing. */
import { TimeoutError } from '@p8/errors';
import type { Seconds } from '@p8/socket';

/** The longest delay a timer of the platform can count, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/**
 * What `work` comes to. Raises TimeoutError when it takes longer than `timeout`, and the signal's reason when that is
 * aborted first; `work` is then left alone, and its failure is nobody's any more.
 */
export async function within<T>(work: Promise<T>, timeout: Seconds | null, signal?: AbortSignal): Promise<T> {
  work.catch(() => {});
  signal?.throwIfAborted();
  const ended = Promise.withResolvers<never>();
  const abort = () => ended.reject(signal?.reason);
  const expire = () => ended.reject(new TimeoutError('timed out'));
  const timer = timeout === null ? undefined : setTimeout(expire, Math.min(timeout * 1000, LONGEST));
  signal?.addEventListener('abort', abort);
  try {
    return await Promise.race([work, ended.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
