/** Sockets in messages, as the packages above send them. */
import type { MessagePort } from 'node:worker_threads';
import { dump } from '@p8/pickle';

/** Sends a value; the sockets in it are closed here then. */
export function send(port: Pick<MessagePort, 'postMessage'>, value: unknown): void {
  const parcel = dump(value);
  try {
    port.postMessage(parcel.data, parcel.transfer);
  } catch (error) {
    parcel.failed();
    throw error;
  }
  parcel.sent();
}
