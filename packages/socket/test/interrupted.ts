/** Blocks the main thread in the call that is named, until SIGINT; prints what ended it. */
import { createServer, createConnectionSync, Socket, socketpair, AF_UNIX } from '../src/index.ts';
import type { InternetAddress } from '../src/index.ts';

const [call, listener] = process.argv.slice(2);
const [sock, peer] = socketpair();
const clients: Socket[] = [];

/** What follows is then not the first wait of this run of JavaScript: the second read asks before it tries, and need not sleep. */
function waitOnce(): void {
  for (let i = 0; i < 2; i++) {
    peer.sendallSync('x');
    sock.recvSync(9);
  }
}

/** Connects until the queue of the listener is full, so that the next connection waits at once. */
function fill(address: InternetAddress): void {
  let errno = 0;
  while (errno === 0) {
    const client = new Socket();
    client.settimeout(0);
    errno = client.connectExSync(address);
    clients.push(client);
  }
}

const calls: Record<string, () => void> = {
  recv: () => sock.recvSync(1),
  accept: () => createServer(['127.0.0.1', 0]).acceptSync(),
  sendall: () => sock.sendallSync(Buffer.alloc(32e6)),
  'recv with a limit': () => {
    sock.settimeout(600);
    sock.recvSync(1);
  },
  'second recv': () => {
    waitOnce();
    sock.recvSync(1);
  },
  'recv with a listener that came late': () => {
    waitOnce();
    process.on('SIGINT', () => {
      console.log('heard');
      sock.close();
    });
    sock.recvSync(1);
  },
  'recv after the last listener went': () => {
    const listen = (): void => {};
    process.on('SIGINT', listen);
    waitOnce();
    process.off('SIGINT', listen);
    sock.recvSync(1);
  },
  'no call at all': () => {
    waitOnce();
    console.log('computing');
    for (;;);
  },
  connect: () => {
    const address = createServer(['127.0.0.1', 0], { backlog: 0 }).getsockname() as InternetAddress;
    fill(address);
    for (;;) createConnectionSync(address);
  },
  'unix connect': () => {
    const full = new Socket(AF_UNIX);
    full.bind('');
    full.listen(0);
    for (;;) new Socket(AF_UNIX).connectSync(full.getsockname());
  },
};

if (listener === 'close') {
  process.on('SIGINT', () => {
    console.log('heard');
    sock.close();
  });
} else if (listener === 'throw') {
  process.on('SIGINT', () => {
    throw new Error('of the listener');
  });
}

const body = calls[call ?? ''];
if (body === undefined) throw new Error(`no call ${call}`);
if (listener === 'uncaught') body();
try {
  body();
} catch (error) {
  console.log(String(error));
}
peer.close();
process.exit();
