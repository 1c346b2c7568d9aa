/** Two threads that fail: with an error, and with SystemExit. */
import { isMain, Thread } from '@p8/threading';
import { fail, leaveSystem } from './executor-tasks.ts';

if (isMain(import.meta)) {
  const failing = new Thread({ target: fail, args: ['in thread'], name: 'W1' });
  failing.start();
  await failing.join().catch(() => {});
  const leaving = new Thread({ target: leaveSystem });
  leaving.start();
  await leaving.join();
}
