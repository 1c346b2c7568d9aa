/** `Atomics.waitAsync` does not keep the event loop alive; while somebody awaits, a port does. */
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';

/** One more, or one fewer, that awaits. */
export function keepAlive(change: 1 | -1): void {
  waiting += change;
  if (waiting === 0) port?.unref();
  else if (waiting === 1 && change === 1) (port ??= new MessageChannel().port1).ref();
}

let waiting = 0;
let port: MessagePort | undefined;
