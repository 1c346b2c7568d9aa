import { expect, test } from 'vitest';
import { WaitLine } from './wait-line.ts';

test('those who give up need no memory', () => {
  const line = new WaitLine();
  const memory = line.memory as SharedArrayBuffer;
  const before = memory.byteLength;
  for (let turn = 0; turn < 1000; turn++) expect(line.leave(line.enter())).toBe(false);
  expect(memory.byteLength).toBe(before);
});

test('one who waits while a million give up is woken for nothing, at most', () => {
  const line = new WaitLine();
  const first = line.enter();
  for (let turn = 0; turn < 2 ** 20; turn++) line.leave(line.enter());
  expect(line.waitSync(first, performance.now())).toBe(true);
});

test('the first are notified first, and nobody twice', () => {
  const line = new WaitLine();
  const tickets = Array.from({ length: 40 }, () => line.enter());
  line.leave(tickets[1]!);
  line.notify(3);
  const notified = tickets.filter((ticket) => line.waitSync(ticket, 0));
  expect(notified).toEqual([0, 1, 2, 3].map((index) => tickets[index]));
  line.notify(Infinity);
  expect(tickets.every((ticket) => line.leave(ticket))).toBe(true);
});
