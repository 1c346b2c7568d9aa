/** S4: the methods of a socket, each in use. */
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt, BlockingIOError, except, TimeoutError } from '@p8/errors';
import { AF_INET, SOCK_DGRAM, Socket } from '@p8/socket';

// bind, listen, accept and connect
using server = new Socket();
server.bind(['127.0.0.1', 0]);
server.listen(5);
const address = server.getsockname();
using client = new Socket();
await client.connect(address);
const [connection, peer] = await server.accept();
using _connection = connection;
console.log('accept', peer[0], connection.fileno() > 2);
console.log('getpeername', String(client.getpeername()) === String(address));
console.log('getsockname', String(client.getsockname()) === String(peer));

// connectEx returns the number of the error instead of raising it
const free = new Socket();
free.bind(['127.0.0.1', 0]);
const nobody = free.getsockname();
free.close();
using refused = new Socket();
console.log('connectEx', await refused.connectEx(nobody), free.fileno());

// send, sendall and recv
console.log('send', await client.send('one '));
await client.sendall('and two');
console.log('recv', String(await connection.recv(4)), String(await connection.recv(1024)));

// settimeout and setblocking
client.settimeout(0.01);
console.log(
  'settimeout',
  await attempt(
    () => client.recv(1),
    except(TimeoutError, (error) => error.message),
  ),
);
client.setblocking(false);
console.log(
  'setblocking',
  await attempt(
    () => client.recv(1),
    except(BlockingIOError, (error) => error.code),
  ),
);
client.setblocking(true);

// sendto and recvfrom
using receiver = new Socket(AF_INET, SOCK_DGRAM);
receiver.bind(['127.0.0.1', 0]);
using sender = new Socket(AF_INET, SOCK_DGRAM);
console.log('sendto', await sender.sendto('datagram', receiver.getsockname()));
const [data, from] = await receiver.recvfrom(1024);
console.log('recvfrom', String(data), from[0]);

// sendfile
const path = join(tmpdir(), `p8-s4-${process.pid}`);
writeFileSync(path, '0123456789');
const file = openSync(path, 'r');
console.log('sendfile', await connection.sendfile(file, 2, 5), String(await client.recv(1024)));
closeSync(file);
rmSync(path);

// close: the other end sees the end of the stream
connection.close();
console.log('close', (await client.recv(1024)).length, connection.closed);
