/** A worker that serves one connection with blocking calls only: its event loop stands still all the time. */
import { parentPort } from 'node:worker_threads';
import { createServer } from '../src/index.ts';

using listener = createServer(['127.0.0.1', 0]);
parentPort?.postMessage(listener.getsockname());
const [sock] = listener.acceptSync();
using file = sock.makefile('rw', { buffering: 0 });
sock.close();
for (const line of file) file.writeSync(String(line).toUpperCase());
