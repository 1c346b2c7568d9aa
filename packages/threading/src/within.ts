/** Awaiting a promise that may take too long, or be given up. */

/** The longest delay of a timer of the platform, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Waits until a promise that never rejects is settled. Comes back: true, or false when the deadline (a moment of
 * `performance.now()`) passes first. Rejects with the reason of the signal.
 */
export function within(settled: Promise<unknown>, deadline: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) throw signal.reason;
    let timer: NodeJS.Timeout | undefined;
    const leave = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const abort = (): void => {
      leave();
      reject(signal?.reason as Error);
    };
    const arm = (): void => {
      const left = deadline - performance.now();
      if (left > 0) timer = setTimeout(arm, Math.min(Math.ceil(left), LONGEST_TIMER));
      else {
        leave();
        resolve(false);
      }
    };
    signal?.addEventListener('abort', abort);
    void settled.then(() => {
      leave();
      resolve(true);
    });
    if (deadline !== Infinity) arm();
  });
}
