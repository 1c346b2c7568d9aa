/** T3: the program ends without waiting for a daemon and what that started; `join` with a time limit waits a little. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isMain, Thread } from '@p8/threading';

export async function run(n: number): Promise<void> {
  console.log(`[${n}]------running----`);
  await sleep(60_000);
  console.log('--done--');
}

export async function main(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    const thread = new Thread({ target: run, args: [i] });
    thread.start();
    console.log('starting thread', thread.name);
  }
  await sleep(60_000);
}

if (isMain(import.meta)) {
  const m = new Thread({ target: main, daemon: true });
  m.start();
  await m.join(Number(process.argv[2] ?? 0));
  console.log('---main thread done----');
}
