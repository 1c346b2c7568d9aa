/** T1: `hi` in ten threads: each says its number and stays for a while; the program waits for all. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isMain, Thread } from '@p8/threading';

export async function hi(num: number): Promise<void> {
  console.log(`numbers: ${num}`);
  await sleep(100);
}

if (isMain(import.meta)) {
  const threads = Array.from({ length: 10 }, (_, i) => new Thread({ target: hi, args: [i] }));
  for (const thread of threads) {
    thread.start();
    console.log(thread.name);
  }
  for (const thread of threads) await thread.join();
  console.log('the end.....');
}
