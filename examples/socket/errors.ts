import { attempt, except, ConnectionRefusedError, TimeoutError } from '@p8/errors';
import { createConnection, createServer, gaierror } from '@p8/socket';
import type { Address } from '@p8/socket';

async function fetch(address: Address): Promise<string> {
  using sock = await createConnection(address, { timeout: 0.1 });
  return String(await sock.recv(1024));
}

const listener = createServer(['127.0.0.1', 0]);
const address = listener.getsockname();
const clauses = [
  except(ConnectionRefusedError, (error) => `nobody there: ${error.code}`),
  except(TimeoutError, (error) => `too slow: ${error.message}`),
  except(gaierror, (error) => `no such host: ${error.code}`),
];

console.log(await attempt(() => fetch(address), ...clauses));
listener.close();
console.log(await attempt(() => fetch(address), ...clauses));
console.log(await attempt(() => fetch([`${'x'.repeat(64)}.invalid`, 80]), ...clauses));
