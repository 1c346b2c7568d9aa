import { isMain, Lock, Thread } from '@p8/threading';

export function add(total: Int32Array, lock: Lock, times: number): void {
  for (let i = 0; i < times; i++) lock.withSync(() => (total[0]! += 1));
}

if (isMain(import.meta)) {
  const total = new Int32Array(new SharedArrayBuffer(4));
  const lock = new Lock();
  const threads = Array.from({ length: 4 }, () => new Thread({ target: add, args: [total, lock, 1000] }));
  for (const thread of threads) thread.start();
  for (const thread of threads) await thread.join();
  console.log(total[0]);
}
