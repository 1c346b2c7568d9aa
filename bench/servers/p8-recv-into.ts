/** `@p8/socket` with one buffer a connection: `recvInto` and `sendall`, both awaited; no memory is made while it runs. */
import type { Socket } from '@p8/socket';
import { listen } from './listen.ts';

const listener = listen();
for (;;) {
  const [connection] = await listener.accept();
  // a load that is stopped half-way resets its connections
  echo(connection).catch(() => connection.close());
}

async function echo(connection: Socket): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(65536);
  for (;;) {
    const received = await connection.recvInto(buffer);
    if (received === 0) break;
    await connection.sendall(buffer.subarray(0, received));
  }
  connection.close();
}
