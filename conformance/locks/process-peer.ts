/** The other process of an actor. */
import { EventEmitter } from 'node:events';
import { Client } from '@p8/multiprocessing';
import type { ConnectionAddress } from '@p8/multiprocessing';
import { serve } from './serve.ts';
import type { Answer, Call } from './serve.ts';

export async function servePeer(address: ConnectionAddress): Promise<void> {
  using connection = await Client<Call, Answer>(address);
  const calls = new EventEmitter();
  void serve(
    calls,
    (value) => value,
    (answer) => connection.sendSync(answer),
  );
  for await (const call of connection) calls.emit('message', call);
}
