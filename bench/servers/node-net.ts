/**
 * The rival: `node:net` as it is best used for an echo. The high-water mark is above the largest message, so that a
 * whole 64 KiB answer, which the kernel took at once, does not count as back-pressure.
 */
import { type AddressInfo, createServer } from 'node:net';
import { announce, path } from './announce.ts';

const server = createServer({ noDelay: true, highWaterMark: 256 * 1024 }, (socket) => {
  socket.on('data', (data) => {
    if (socket.write(data)) return;
    socket.pause();
    socket.once('drain', () => socket.resume());
  });
  // a load that is stopped half-way resets its connections
  socket.on('error', () => socket.destroy());
});
const where = path === undefined ? { host: '127.0.0.1', port: 0 } : { path };
server.listen({ ...where, backlog: 4096 }, () => announce(path ?? (server.address() as AddressInfo).port));
