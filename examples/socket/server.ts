import { createConnection, createServer } from '@p8/socket';
import type { Socket } from '@p8/socket';

async function serve(listener: Socket): Promise<void> {
  for (;;) {
    const [connection] = await listener.accept();
    void upper(connection);
  }
}

async function upper(connection: Socket): Promise<void> {
  using _connection = connection;
  await using lines = connection.makefile('rw', { buffering: 0 });
  for await (const line of lines) await lines.write(String(line).toUpperCase());
}

const listener = createServer(['127.0.0.1', 0]);
const serving = serve(listener);

for (const name of ['ann', 'ben']) {
  using client = await createConnection(listener.getsockname());
  await client.sendall(`${name}\n`);
  console.log(String(await client.recv(1024)).trimEnd());
}

// closing ends what waits
listener.close();
await serving.catch((error: unknown) => console.log(String(error)));
