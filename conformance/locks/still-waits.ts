import { setImmediate } from 'node:timers/promises';

/** Whether a promise is still pending after everybody had several turns: it can be wrong only towards "yes". */
export async function stillWaits(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  );
  for (let turn = 0; turn < 20; turn++) {
    if (await Promise.race([settled, setImmediate(false)])) return false;
  }
  return true;
}
