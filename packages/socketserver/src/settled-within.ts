import type { Seconds } from '@p8/socket';

/** Whether the promise settles within so many seconds; null is no limit. Raises what it is rejected with. */
export async function isSettledWithin(promise: Promise<unknown>, limit: Seconds | null): Promise<boolean> {
  if (limit === null) {
    await promise;
    return true;
  }
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), limit * 1000);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
