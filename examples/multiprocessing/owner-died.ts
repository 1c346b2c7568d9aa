import { isMain, Lock, OwnerDiedError, Process } from '@p8/multiprocessing';

export function crash(lock: Lock) {
  lock.acquireSync();
  process.kill(process.pid, 'SIGKILL');
}

if (isMain(import.meta)) {
  const lock = new Lock();
  const child = new Process({ target: crash, args: [lock] });
  child.start();
  await child.join();
  try {
    await lock.acquire();
  } catch (error) {
    if (!(error instanceof OwnerDiedError)) throw error;
    console.log('look at what the lock protects, and put it right');
  }
  await lock.with(() => console.log('and go on'));
}
