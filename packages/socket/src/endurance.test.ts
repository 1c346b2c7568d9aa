/** Many short connections leave nothing behind. `P8_STRESS=1` makes it a hundred thousand of them. */
import { expect, test } from 'vitest';
import { checkLeftovers } from '../test/leftovers.ts';
import { scale } from '../test/stress.ts';
import { createServer, Socket } from './index.ts';
import type { Address } from './index.ts';

checkLeftovers();

const ROUNDS = 2000 * scale(50);
const MEBIBYTE = 2 ** 20;

/** Memory that is in use, in bytes. What one collection finds unused outside of the heap, the next one frees. */
function memoryInUse(): number {
  const { gc } = globalThis as { gc?: () => void };
  for (let i = 0; i < 3; i++) gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function exchange(listener: Socket, address: Address): Promise<void> {
  using client = new Socket();
  const [accepted] = await Promise.all([listener.accept(), client.connect(address)]);
  using server = accepted[0];
  await client.sendall('x');
  expect((await server.recv(1)).length).toBe(1);
}

function exchangeSync(listener: Socket, address: Address): void {
  using client = new Socket();
  client.connectSync(address);
  using server = listener.acceptSync()[0];
  client.sendallSync('x');
  expect(server.recvSync(1).length).toBe(1);
}

test.for([
  ['promises', exchange],
  ['blocking calls', exchangeSync],
] as const)('connections by %s leave memory and descriptors flat', { timeout: 600_000 }, async ([, exchangeOnce]) => {
  using listener = createServer(['127.0.0.1', 0]);
  const address = listener.getsockname();
  for (let i = 0; i < ROUNDS / 4; i++) await exchangeOnce(listener, address);
  const before = memoryInUse();
  for (let i = 0; i < (ROUNDS * 3) / 4; i++) await exchangeOnce(listener, address);
  // the collector keeps a little to itself; a leak of one object a connection would be more than this in the long form
  expect(memoryInUse() - before).toBeLessThan(2 * MEBIBYTE);
});
