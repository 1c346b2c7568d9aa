/** What a started thread does first; as the file of a Worker, at once. */
import { isMainThread, workerData } from 'node:worker_threads';

export function arrive(arrived: Int32Array): void {
  Atomics.store(arrived, 0, 1);
  Atomics.notify(arrived, 0);
}

if (!isMainThread && workerData instanceof Int32Array) arrive(workerData);
