/** As a program: says its last words over blocking TLS, and ends. As a worker: exchanges messages until it is terminated. */
import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { createConnectionSync, wrapTlsSync } from '../src/index.ts';
import type { Address } from '../src/index.ts';

if (isMainThread) {
  const [port, ca, how] = process.argv.slice(2) as [string, string, string];
  const options = { serverHostname: 'localhost', ca: readFileSync(ca) };
  const sock = wrapTlsSync(createConnectionSync(['127.0.0.1', Number(port)]), options);
  sock.sendallSync(Buffer.alloc(100_000, 'last words '));
  if (how === 'close') sock.close();
  if (how === 'exit') process.exit();
} else {
  const { address, ca } = workerData as { address: Address; ca: string };
  const sock = wrapTlsSync(createConnectionSync(address), { serverHostname: 'localhost', ca });
  parentPort?.postMessage('connected');
  for (;;) {
    sock.sendallSync('ping');
    sock.recvSync(100);
  }
}
