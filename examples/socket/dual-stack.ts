import { createConnection, createServer } from '@p8/socket';

using listener = createServer(['127.0.0.1', 0]);
const [, port] = listener.getsockname();

// each address may take 10 seconds, all of it, the look-up included, 15; after 0.25 seconds the next address is tried too
using sock = await createConnection(['localhost', Number(port)], { timeout: 10, totalTimeout: 15 });
console.log(sock.getpeername()[0], sock.gettimeout());
