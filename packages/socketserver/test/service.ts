/**
 * A service as an init system wants it: takes its socket from its starter if it is given one, ends its work after SIGTERM, and at SIGHUP
 * gives its socket to a successor. Prints its port and, when it is ready, its number.
 */
import { isMain } from '@p8/threading';
import {
  AsyncTCPServer,
  ForkingTCPServer,
  listenFds,
  notifyReady,
  startSuccessor,
  ThreadingTCPServer,
} from '../src/index.ts';
import { UpperLines } from './handlers.ts';

if (isMain(import.meta)) {
  const servers = { async: AsyncTCPServer, threading: ThreadingTCPServer, forking: ForkingTCPServer };
  const Server = servers[process.argv[2] as keyof typeof servers];
  const [given] = listenFds();
  await using server = new Server(given?.socket ?? ['127.0.0.1', 0], UpperLines);
  process.on('SIGHUP', () => {
    void startSuccessor([server]).then(() => server.shutdown());
  });
  const serving = server.serveForever({ signals: ['SIGTERM'] });
  await notifyReady();
  console.log(`${given?.name ?? 'own'} ${server.serverAddress[1]} ${process.pid}`);
  await serving;
}
