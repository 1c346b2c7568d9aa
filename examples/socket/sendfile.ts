import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { socketpair } from '@p8/socket';
import type { Socket } from '@p8/socket';

async function count(sock: Socket): Promise<number> {
  const target = Buffer.alloc(65_536);
  for (let total = 0; ;) {
    const received = await sock.recvInto(target);
    if (received === 0) return total;
    total += received;
  }
}

const folder = await mkdtemp(join(tmpdir(), 'p8-example-'));
await writeFile(join(folder, 'file'), Buffer.alloc(3_000_000));
const file = await open(join(folder, 'file'));

const [left, right] = socketpair();
const counting = count(right);
let last = 0;
const sent = await left.sendfile(file, 1_000_000, undefined, { progress: (bytes) => (last = bytes) });
left.close();
console.log(sent, last, await counting);

right.close();
await file.close();
await rm(folder, { recursive: true });
