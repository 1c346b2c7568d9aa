/** T7: twenty threads, of which a BoundedSemaphore lets no more than five work at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { activeCount, BoundedSemaphore, isMain, Thread } from '@p8/threading';

export async function run(n: number, semaphore: BoundedSemaphore, working: Int32Array): Promise<void> {
  await semaphore.acquire();
  const now = Atomics.add(working, 0, 1) + 1;
  for (let most = Atomics.load(working, 1); now > most; most = Atomics.load(working, 1)) {
    Atomics.compareExchange(working, 1, most, now);
  }
  await sleep(20);
  console.log(`run the thread: ${n}`);
  Atomics.sub(working, 0, 1);
  semaphore.release();
}

if (isMain(import.meta)) {
  const semaphore = new BoundedSemaphore(5);
  const working = new Int32Array(new SharedArrayBuffer(8));
  for (let i = 0; i < 20; i++) new Thread({ target: run, args: [i, semaphore, working] }).start();
  while (activeCount() !== 1) await sleep(5);
  console.log('----all threads done---');
  console.log('never more than five at once:', working[1]! <= 5);
}
