/** `@p8/socket` with lent memory: `recvView` and `sendall`, both awaited; a connection that waits holds no buffer. */
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
  for (;;) {
    const view = await connection.recvView();
    if (view.length === 0) break;
    await connection.sendall(view);
  }
  connection.close();
}
