/** `@p8/socket` with one buffer a connection: `recvInto` and `sendall`, both awaited; no memory is made while it runs. */
import { IPPROTO_TCP, type Socket, TCP_NODELAY, createServer } from '@p8/socket';
import { announce } from './announce.ts';

const listener = createServer(['127.0.0.1', 0], { backlog: 4096 });
listener.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1); // accepted sockets inherit it
announce(Number(listener.getsockname()[1]));
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
