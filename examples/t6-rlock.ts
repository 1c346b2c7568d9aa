/** T6: an RLock taken again by the thread that holds it; `activeCount` says when all threads are done. */
import { setTimeout as sleep } from 'node:timers/promises';
import { activeCount, isMain, RLock, Thread } from '@p8/threading';

export function run1(nums: Int32Array, lock: RLock): number {
  console.log('grab the first part data');
  return lock.withSync(() => (nums[0]! += 1));
}

export function run2(nums: Int32Array, lock: RLock): number {
  console.log('grab the second part data');
  return lock.withSync(() => (nums[1]! += 1));
}

export function run3(nums: Int32Array, lock: RLock): void {
  lock.acquireSync();
  const res = run1(nums, lock);
  console.log('--------between run1 and run2-----');
  const res2 = run2(nums, lock);
  console.log(res, res2);
  lock.release();
}

if (isMain(import.meta)) {
  const nums = new Int32Array(new SharedArrayBuffer(8));
  const lock = new RLock();
  for (let i = 0; i < 10; i++) new Thread({ target: run3, args: [nums, lock] }).start();
  while (activeCount() !== 1) await sleep(5);
  console.log('----all threads done---');
  console.log(nums[0], nums[1]);
}
