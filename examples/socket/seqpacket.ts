import { AF_UNIX, SOCK_SEQPACKET, socket } from '@p8/socket';
import type { Socket } from '@p8/socket';

const name = `\0calculator-${process.pid}`;

/** Each request is one record, however many there are on the way. */
async function serve(listener: Socket): Promise<void> {
  const [connection] = await listener.accept();
  using _connection = connection;
  for (;;) {
    const request = await connection.recv(1024);
    // of a record that holds nothing and the end of the connection both are empty: our requests never are
    if (request.length === 0) return;
    const numbers = String(request).split('+').map(Number);
    await connection.send(String(numbers.reduce((sum, number) => sum + number, 0)));
  }
}

using listener = socket(AF_UNIX, SOCK_SEQPACKET);
listener.bind(name);
listener.listen();
const serving = serve(listener);

using client = socket(AF_UNIX, SOCK_SEQPACKET);
await client.connect(name);
await client.send('1+2');
await client.send('20+3+7');
console.log(String(await client.recv(1024)), String(await client.recv(1024)));
client.close();
await serving;
