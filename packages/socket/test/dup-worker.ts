/** Duplicates a descriptor, closes the duplicate as a program may, and says which number it was. */
import { closeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { dupFd } from '../src/index.ts';

const copy = dupFd(workerData as number);
closeSync(copy);
parentPort?.postMessage(copy);
// the thread goes on until it is terminated
setInterval(() => {}, 1000);
