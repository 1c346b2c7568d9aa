/** A thread with many pairs in constant exchange, some sockets that nobody waits on, and a look-up under way. */
import { parentPort, workerData } from 'node:worker_threads';
import { getaddrinfo, socketpair } from '../src/index.ts';
import type { Socket } from '../src/index.ts';

const { pairs, block } = workerData as { pairs: number; block: boolean };

async function pump(sock: Socket): Promise<void> {
  for (;;) {
    const data = await sock.recv(1024);
    if (data.length === 0) return;
    await sock.sendall(data);
  }
}

const open: Socket[] = [];
for (let i = 0; i < pairs; i++) {
  const [a, b] = socketpair();
  open.push(a, b);
  void pump(a);
  void pump(b);
  await a.sendall('ball');
}
open.push(...socketpair());
void getaddrinfo('localhost', null);
parentPort?.postMessage('playing');
if (block) {
  const [a] = socketpair();
  a.recvSync(1);
}
