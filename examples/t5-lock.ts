/** T5: addNum with a Lock: the result is always 0. */
import { isMain, Lock, Thread } from '@p8/threading';

export function addNum(num: Int32Array, lock: Lock): void {
  lock.acquireSync();
  const seen = num[0]!;
  console.log('--get num:', seen);
  num[0] = seen - 1;
  lock.release();
}

if (isMain(import.meta)) {
  const num = new Int32Array(new SharedArrayBuffer(4));
  num[0] = 10;
  const lock = new Lock();
  const threads = Array.from({ length: 10 }, () => new Thread({ target: addNum, args: [num, lock] }));
  for (const thread of threads) thread.start();
  for (const thread of threads) await thread.join();
  console.log('final num:', num[0]);
}
