/** The rival of files: a read stream piped into `node:net`, with parts of 256 KiB. */
import { createReadStream } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { announce, path } from './announce.ts';

const server = createServer({ highWaterMark: 256 * 1024 }, (socket) => {
  createReadStream(path!, { highWaterMark: 256 * 1024 }).pipe(socket);
  socket.on('error', () => socket.destroy());
});
server.listen({ host: '127.0.0.1', port: 0 }, () => announce((server.address() as AddressInfo).port));
