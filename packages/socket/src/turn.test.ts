/** Calls that succeed at once do not keep the event loop for themselves. */
import { expect, test } from 'vitest';
import { AF_UNIX, SOCK_DGRAM, type Socket, socketpair } from './index.ts';

/** Far more than fit in a fair turn. */
const MANY = 300_000;

/** Repeats a step until a timer has run; returns how often. */
async function untilInterrupted(step: () => Promise<unknown>): Promise<number> {
  const timer = { ran: false };
  setTimeout(() => {
    timer.ran = true;
  }, 0);
  let steps = 0;
  while (!timer.ran && steps < MANY) {
    await step();
    steps++;
  }
  return steps;
}

const exchanges: [string, (a: Socket, b: Socket) => Promise<unknown>][] = [
  ['recv', async (a, b) => (a.sendSync('x'), await b.recv(10))],
  ['recvInto', async (a, b) => (a.sendSync('x'), await b.recvInto(new Uint8Array(8)))],
  ['recvfrom', async (a, b) => (a.sendSync('x'), await b.recvfrom(10))],
  ['send', async (a, b) => (await a.send('x'), b.recvSync(10))],
  ['sendall', async (a, b) => (await a.sendall('x'), b.recvSync(10))],
];

test.each(exchanges)('a timer runs while %s always succeeds', async (_, exchange) => {
  const [a, b] = socketpair(AF_UNIX, SOCK_DGRAM);
  expect(await untilInterrupted(() => exchange(a, b))).toBeLessThan(MANY);
  a.close();
  b.close();
});

test('calls that are made to wait for their turn keep their order and their data', async () => {
  const [a, b] = socketpair();
  const data = Buffer.from(Array.from({ length: 64_000 }, (_, i) => i));
  a.sendallSync(data);
  // far more calls than a turn has room for, without returning to the loop in between
  const received = Array.from({ length: 6400 }, () => b.recv(10));
  expect(Buffer.concat(await Promise.all(received)).equals(data)).toBe(true);
  a.close();
  b.close();
});
