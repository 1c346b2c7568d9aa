/** A thread that ends, by itself or by others, while two hundred of its tasks await locks of processes. */
import { parentPort, workerData } from 'node:worker_threads';
import { Lock } from '@p8/multiprocessing';

for (let i = 0; i < 200; i++) {
  const lock = new Lock();
  lock.acquireSync();
  void lock.acquire();
}
if (workerData === 'exit') process.exit();
parentPort?.postMessage('awaits');
