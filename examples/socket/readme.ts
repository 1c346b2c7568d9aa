import { createConnection, createServer } from '@p8/socket';

using server = createServer(['127.0.0.1', 0]);
using client = await createConnection(server.getsockname(), { timeout: 2.5 });
const [connection] = await server.accept();

await client.sendall('hello\n');
console.log(String(await connection.recv(1024)).trimEnd());

connection.sendallSync('the same, blocking: only the suffix differs');
console.log(String(client.recvSync(1024)));
connection.close();
