/** S3: the ways to make a socket, and to find an address for it. */
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  createConnection,
  createServer,
  getaddrinfo,
  SOCK_DGRAM,
  SOCK_STREAM,
  socket,
  socketpair,
} from '@p8/socket';
import type { InternetAddress } from '@p8/socket';

// family, type and protocol, or a descriptor that is open already
{
  using sock = socket(AF_INET6, SOCK_DGRAM);
  using again = socket(undefined, undefined, undefined, { fileno: sock.detach() });
  console.log('socket', again.family === AF_INET6, again.type === SOCK_DGRAM, sock.fileno());
}

// two that are connected to each other
{
  const [left, right] = socketpair();
  using _left = left;
  using _right = right;
  await left.sendall('across');
  console.log('socketpair', left.family === AF_UNIX, String(await right.recv(100)));
}

// every address of a name is tried in turn: localhost may be ::1 first, and nobody listens there
{
  using server = createServer(['127.0.0.1', 0]);
  const [, port] = server.getsockname() as InternetAddress;
  using client = await createConnection(['localhost', port], { timeout: 2.5, sourceAddress: ['127.0.0.1', 0] });
  const [connection, address] = await server.accept();
  using _connection = connection;
  console.log(
    'createConnection',
    client.gettimeout(),
    address[0],
    address[1] === (client.getsockname() as InternetAddress)[1],
  );
}

for (const [family, type, , , address] of await getaddrinfo('127.0.0.1', 'http', AF_INET, SOCK_STREAM)) {
  console.log('getaddrinfo', family === AF_INET, type === SOCK_STREAM, address);
}
