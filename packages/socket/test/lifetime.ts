/** Programs whose end depends on what waits; each prints what happened, and ends by itself. */
import { createServer, getaddrinfo, Socket, socketpair, SOCK_DGRAM, AF_INET } from '../src/index.ts';
import type { Address } from '../src/index.ts';

const programs: Record<string, () => unknown> = {
  // open, connected and listening, but nobody waits; the descriptors outlive the objects' scope
  idle: () => {
    const kept = [createServer(['127.0.0.1', 0]), new Socket(AF_INET, SOCK_DGRAM), ...socketpair()];
    process.on('exit', () => console.log(`idle with ${kept.length}`));
  },
  waited: async () => {
    const [a, b] = socketpair();
    const waiting = a.recv(10);
    b.sendallSync('x');
    await waiting;
    process.on('exit', () => console.log(`received, ${a.fileno() > 0 && b.fileno() > 0}`));
  },
  waits: async () => {
    const listener = createServer(['127.0.0.1', 0]);
    console.log(JSON.stringify(listener.getsockname()));
    const [sock, address] = await listener.accept();
    console.log(String(await sock.recv(100)), JSON.stringify(address satisfies Address));
  },
  'look-up': async () => console.log((await getaddrinfo('localhost', 80, AF_INET, 1)).length),
  limit: async () => {
    const [a, b] = socketpair();
    a.settimeout(0.02);
    await a.recv(1).catch((error: unknown) => console.log(String(error), b.closed));
  },
  aborted: async () => {
    const [a, b] = socketpair();
    const controller = new AbortController();
    const waiting = a.recv(1, 0, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await waiting.catch((error: unknown) => console.log(String(error), b.closed));
  },
  'exit inside': async () => {
    const [a, b] = socketpair();
    void b.recv(1);
    const waiting = a.recv(1);
    b.sendallSync('x');
    await waiting;
    console.log('leaving');
    process.exit(3);
  },
};

await programs[process.argv[2] ?? '']?.();
