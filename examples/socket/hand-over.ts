import { createConnection, createServer } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { isMain, Thread } from '@p8/threading';

export function shout(sock: Socket) {
  using connection = sock;
  for (const line of connection.linesSync()) connection.sendallSync(String(line).toUpperCase());
}

if (isMain(import.meta)) {
  using listener = createServer(['127.0.0.1', 0]);
  using client = await createConnection(listener.getsockname());
  const [connection] = await listener.accept();
  const thread = new Thread({ target: shout, args: [connection] });
  thread.start();
  console.log(`closed here: ${connection.closed}`);
  await client.sendall('hello\n');
  console.log(String(await client.recvUntil('\n')).trim());
  client.close();
  await thread.join();
}
