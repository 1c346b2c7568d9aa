/** `@p8/socket` with lent memory: `recvView` and `sendall`, both awaited; a connection that waits holds no buffer. */
import type { Socket } from '@p8/socket';
import { listen } from './listen.ts';

const listener = listen();
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
