import { createHash } from 'node:crypto';
import { SHUT_WR, socketpair } from '@p8/socket';
import type { Socket } from '@p8/socket';

/** A relay: what comes from one socket goes out of the other. */
async function relay(from: Socket, to: Socket): Promise<number> {
  let total = 0;
  for (;;) {
    const view = await from.recvView();
    if (view.length === 0) break;
    // lent until the next recvView: sent before that
    await to.sendall(view);
    total += view.length;
  }
  to.shutdown(SHUT_WR);
  return total;
}

async function digest(sock: Socket): Promise<string> {
  const hash = createHash('sha256');
  for (;;) {
    const view = await sock.recvView();
    if (view.length === 0) return hash.digest('hex').slice(0, 16);
    hash.update(view);
  }
}

const [source, inlet] = socketpair();
const [outlet, sink] = socketpair();
const relaying = relay(inlet, outlet);
const digesting = digest(sink);

const data = Buffer.alloc(10_000_000, 'bulk');
await source.sendall(data);
source.shutdown(SHUT_WR);

console.log(await relaying);
console.log((await digesting) === createHash('sha256').update(data).digest('hex').slice(0, 16));
for (const sock of [source, inlet, outlet, sink]) sock.close();
