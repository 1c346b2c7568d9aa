/** Run with few descriptors: fails to accept for want of them, frees some, and accepts. Prints what happened, a line each. */
import { readFileSync } from 'node:fs';
import { OSError } from '@p8/errors';
import { createServer, dupFd, closeFd, Socket } from '../src/index.ts';

const CLIENTS = 5;
const listener = createServer(['127.0.0.1', 0]);
const clients = Array.from({ length: CLIENTS }, () => new Socket());
for (const client of clients.slice(0, -1)) client.connectSync(listener.getsockname());

const used: number[] = [];
for (let failed = false; !failed;) {
  try {
    used.push(dupFd(0));
  } catch {
    failed = true;
  }
}

const codeOf = (error: unknown): string | undefined => (error instanceof OSError ? error.code : String(error));
const codes = [await listener.accept().catch(codeOf), await listener.accept().catch(codeOf)];
try {
  listener.acceptSync();
} catch (error) {
  codes.push(codeOf(error));
}
console.log(codes.join(' '));

for (let i = 0; i < CLIENTS - 1; i++) closeFd(used.pop() as number);
const accepted: Socket[] = [];
for (let i = 0; i < CLIENTS - 1; i++) accepted.push((await listener.accept())[0]);
console.log(accepted.map((sock, i) => String(sock.getpeername()) === String(clients[i]?.getsockname())).join(' '));

// one that waits, and fails when the connection comes
const waiting = listener.accept().catch(codeOf);
await clients.at(-1)?.connect(listener.getsockname());
console.log(await waiting);
closeFd(used.pop() as number);
const [last] = await listener.accept();
console.log(String(last.getpeername()) === String(clients.at(-1)?.getsockname()));

for (const sock of [listener, last, ...accepted, ...clients]) sock.close();
for (const fd of used) closeFd(fd);
console.log(readFileSync('/proc/self/limits', 'utf8').match(/open files +(\d+)/)?.[1]);
