/** A second thread on a descriptor, by its number: it blocks, waits, closes, or ends, as it is told. */
import { parentPort, workerData } from 'node:worker_threads';
import { Socket } from '../src/index.ts';

const { fileno, act } = workerData as { fileno: number; act: 'block' | 'wait' | 'accept' | 'close' | 'end' };
const sock = new Socket(undefined, undefined, undefined, { fileno });
const told = (outcome: string): void => parentPort?.postMessage(outcome);
const failure = (error: unknown): string => (error as { code?: string }).code ?? String(error);

told('ready');
if (act === 'close') sock.close();
if (act === 'block') {
  try {
    told(String(sock.recvSync(10)));
  } catch (error) {
    told(failure(error));
  }
}
if (act === 'wait') told(await sock.recv(10).then(String, failure));
if (act === 'accept') {
  try {
    sock.acceptSync();
  } catch (error) {
    told(failure(error));
  }
}
if (act === 'block' || act === 'wait') {
  // the number is still ours: nothing else can have taken it
  told(await sock.sendall('x').then(() => 'sent', failure));
  sock.close();
}
