import { attempt, except } from '@p8/errors';
import { IncompleteReadError, socketpair } from '@p8/socket';
import type { Socket } from '@p8/socket';

/** A frame is its length in four bytes, and so many bytes. */
async function sendFrame(sock: Socket, text: string): Promise<void> {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(Buffer.byteLength(text));
  await sock.sendall(header);
  await sock.sendall(text);
}

async function recvFrame(sock: Socket): Promise<Buffer> {
  const header = await sock.recvExactly(4);
  return sock.recvExactly(header.readUInt32BE());
}

const [left, right] = socketpair();
using _left = left;

await sendFrame(right, 'first');
await sendFrame(right, 'a second frame');
await right.sendall(Uint8Array.of(0, 0, 0, 9, 1, 2, 3));
right.close();

console.log(String(await recvFrame(left)));
console.log(String(await recvFrame(left)));

// the stream ends in the middle of the third
const clause = except(IncompleteReadError, ({ message, partial }) => `${message}: ${partial.toString('hex')}`);
console.log(await attempt(() => recvFrame(left), clause));
