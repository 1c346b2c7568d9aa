/** A worker that lives on sockets it is sent, or sends its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { load } from '@p8/pickle';
import type { Socket } from '../src/index.ts';
import { socketpair } from '../src/index.ts';
import { send } from './mail.ts';

const port = parentPort!;

if (workerData === 'give and end') {
  const [a, b] = socketpair();
  b.sendallSync('made by a worker that has ended');
  send(port, a);
  b.close();
} else if (workerData === 'receive nothing') {
  // messages stay in the port, unread
  port.postMessage('ready');
  setInterval(() => {}, 1000);
} else {
  port.on('message', (data: unknown) => void receive(data));
  port.postMessage('ready');
}

async function receive(data: unknown): Promise<void> {
  const received = await load(data);
  if (workerData === 'keep') port.postMessage('kept');
  else if (workerData === 'send back') send(port, received);
  else await serve(received as Socket);
}

async function serve(sock: Socket): Promise<void> {
  const line = await sock.recvUntil('\n');
  await sock.sendall(`${String(line).toUpperCase()}${sock.timeout} ${sock.family} ${sock.type}`);
  sock.close();
}
