import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { createConnectionSync, createServer } from '@p8/socket';

if (isMainThread) {
  using listener = createServer(['127.0.0.1', 0]);
  const worker = new Worker(new URL(import.meta.url), { workerData: listener.getsockname() });
  const [connection] = await listener.accept();
  using _connection = connection;
  console.log(String(await connection.recv(1024)));
  await connection.sendall('pong');
  await new Promise((resolve) => worker.once('exit', resolve));
} else {
  // this thread stands still in each call; the main thread goes on
  using sock = createConnectionSync(workerData);
  sock.sendallSync('ping');
  console.log(String(sock.recvSync(1024)));
}
