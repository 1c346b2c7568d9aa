/** The other thread of an actor. */
import { parentPort } from 'node:worker_threads';
import * as threading from '@p8/threading';
import type { Sent } from './actor.ts';
import { serve } from './serve.ts';

if (parentPort === null) throw new Error('peer.ts runs in a worker');
const port = parentPort;

void serve(port, receive, ({ id, value, error }) => {
  if (error === undefined) port.postMessage({ id, value });
  else port.postMessage({ id, error: { name: (error as Error).name, message: (error as Error).message } });
});
port.postMessage('ready');

function receive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('type' in value)) return value;
  const { type, args } = value as Sent;
  const made = (threading as unknown as Record<string, new (...args: unknown[]) => object>)[type];
  if (made === undefined) throw new TypeError(`@p8/threading has no ${type}`);
  return new made(...args.map(receive));
}
