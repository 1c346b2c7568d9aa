/** `@p8/socket` as most people will write an echo: `recv` and `sendall`, both awaited. */
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
    const data = await connection.recv(65536);
    if (data.length === 0) break;
    await connection.sendall(data);
  }
  connection.close();
}
