/** A worker thread that serves TLS echo for a blocking test: it tells its address, then what became of each connection. */
import { createSecureContext } from 'node:tls';
import { parentPort, workerData } from 'node:worker_threads';
import { createServer, wrapTls } from '../src/index.ts';
import type { Socket, TlsOptions } from '../src/index.ts';

const options = workerData as TlsOptions;
const shared = { ...options, context: createSecureContext(options) };
const listener = createServer(['127.0.0.1', 0]);
parentPort?.postMessage(listener.getsockname());
parentPort?.on('message', () => {
  listener.close();
  parentPort?.close();
});

async function serve(sock: Socket): Promise<string> {
  const connection = await wrapTls(sock, shared);
  try {
    let count = 0;
    for await (const chunk of connection) {
      count += chunk.length;
      await connection.sendall(chunk);
    }
    return `end after ${count} bytes`;
  } finally {
    connection.close();
  }
}

for (;;) {
  const [sock] = await listener.accept().catch(() => []);
  if (sock === undefined) break;
  serve(sock).then(
    (result) => parentPort?.postMessage(result),
    (error: Error) => parentPort?.postMessage(error.name),
  );
}
