/** The rival: `node:cluster` with two workers, which compute before they answer. */
import cluster from 'node:cluster';
import { createServer } from 'node:net';
import { announce } from './announce.ts';
import { work } from './hash.ts';

if (cluster.isPrimary) {
  let listening = 0;
  cluster.on('listening', (_worker, address) => {
    if (++listening === 2) announce(address.port);
  });
  // port 0 is the same for both
  for (let i = 0; i < 2; i++) cluster.fork();
} else {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('data', (data) => {
      work();
      socket.write(data);
    });
    // a load that is stopped half-way resets its connections
    socket.on('error', () => socket.destroy());
  });
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 });
}
