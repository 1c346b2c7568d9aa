/** T4: addNum without a lock: two threads read the same number, and one of the updates is lost. */
import { isMain, Thread } from '@p8/threading';

export function addNum(num: Int32Array, arrived: Int32Array): void {
  const seen = num[0]!;
  console.log('--get num:', seen);
  // everybody has read before anybody writes: what the tutorial leaves to time.sleep
  Atomics.add(arrived, 0, 1);
  Atomics.notify(arrived, 0);
  for (let here = Atomics.load(arrived, 0); here < 10; here = Atomics.load(arrived, 0)) Atomics.wait(arrived, 0, here);
  num[0] = seen - 1;
}

if (isMain(import.meta)) {
  const num = new Int32Array(new SharedArrayBuffer(4));
  const arrived = new Int32Array(new SharedArrayBuffer(4));
  num[0] = 10;
  const threads = Array.from({ length: 10 }, () => new Thread({ target: addNum, args: [num, arrived] }));
  for (const thread of threads) thread.start();
  for (const thread of threads) await thread.join();
  console.log('final num:', num[0]);
}
