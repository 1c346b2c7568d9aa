import { isMain, Pipe, Process } from '@p8/multiprocessing';
import type { Connection } from '@p8/multiprocessing';
import { createConnection, createServer } from '@p8/socket';
import type { Socket } from '@p8/socket';

export async function serve(requests: Connection<Socket>) {
  for await (const sock of requests) {
    const line = await sock.recvUntil('\n');
    await sock.sendall(String(line).toUpperCase());
    sock.close();
  }
}

if (isMain(import.meta)) {
  const [here, there] = Pipe<Socket>();
  using child = new Process({ target: serve, args: [there] });
  child.start();
  using listener = createServer(['127.0.0.1', 0]);
  using client = await createConnection(listener.getsockname());
  const [accepted] = await listener.accept();
  await here.send(accepted);
  console.log(`closed here: ${accepted.closed}, ${there.closed}`);
  await client.sendall('hello\n');
  console.log(String(await client.recvUntil('\n')).trim());
  here.close();
  await child.join();
}
