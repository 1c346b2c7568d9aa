import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recvFds, sendFds, socketpair } from '@p8/socket';

const [left, right] = socketpair();
using _left = left;
using _right = right;
const folder = mkdtempSync(join(tmpdir(), 'p8-example-'));

// one side opens a file, sends the descriptor, and closes its own
const log = openSync(join(folder, 'log'), 'w');
await sendFds(left, ['here is the log'], [log]);
closeSync(log);

// the other has a duplicate that works; it owns it now
const [data, fds] = await recvFds(right, 1024, 1);
for (const fd of fds) {
  writeSync(fd, 'written by the receiver');
  closeSync(fd);
}
console.log(String(data), '/', readFileSync(join(folder, 'log'), 'utf8'));
rmSync(folder, { recursive: true });
