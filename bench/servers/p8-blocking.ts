/** `@p8/socket` with blocking calls, one connection at a time: the thread stands still between requests. */
import { attempt, except, OSError } from '@p8/errors';
import { type InternetAddress, IPPROTO_TCP, type Socket, TCP_NODELAY, createServer } from '@p8/socket';

const listener = createServer(['127.0.0.1', 0]);
listener.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
// no handler of SIGTERM, which would never run: the signal ends the program by itself
console.log((listener.getsockname() as InternetAddress)[1]);
for (;;) {
  using connection = listener.acceptSync()[0];
  // a load that is stopped half-way resets its connections
  attempt(
    () => echo(connection),
    except(OSError, () => {}),
  );
}

function echo(connection: Socket): void {
  for (let data = connection.recvSync(65536); data.length > 0; data = connection.recvSync(65536)) {
    connection.sendallSync(data);
  }
}
