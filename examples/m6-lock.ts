import { isMain, Lock, Process } from '@p8/multiprocessing';

export function f(lock: Lock, i: number) {
  lock.withSync(() => {
    // in pieces, between which another process could write
    for (const piece of ['hello', ' ', 'world', ' ', `${i}`]) process.stdout.write(piece);
    process.stdout.write('\n');
  });
}

if (isMain(import.meta)) {
  const lock = new Lock();
  for (let i = 0; i < 10; i++) new Process({ target: f, args: [lock, i] }).start();
}
