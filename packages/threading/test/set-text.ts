import { parentPort, workerData } from 'node:worker_threads';
import { loadSync } from '@p8/pickle';
import type { SharedString } from '@p8/threading';

const text = loadSync(workerData) as SharedString;
for (let turn = 0; ; turn++) {
  text.value = (turn % 2 === 0 ? 'x' : 'y').repeat(1000);
  if (turn === 50) parentPort?.postMessage('busy');
}
