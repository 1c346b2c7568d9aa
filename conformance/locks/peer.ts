/** The other thread of an actor. */
import { parentPort } from 'node:worker_threads';
import { receive } from './receive.ts';
import { serve } from './serve.ts';

if (parentPort === null) throw new Error('peer.ts runs in a worker');
const port = parentPort;

void serve(port, receive, ({ id, value, error }) => {
  if (error === undefined) port.postMessage({ id, value });
  else port.postMessage({ id, error: { name: (error as Error).name, message: (error as Error).message } });
});
port.postMessage('ready');
