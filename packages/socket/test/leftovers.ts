/** After each test of a file nothing is left: no descriptor, and no call that waits. */
import { readdirSync } from 'node:fs';
import { memory } from '@p8/syscall';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { getaddrinfoSync, socketpair } from '../src/index.ts';
import { words } from '../src/reactor.ts';

export function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** How many calls of this thread wait. */
export function pendingCalls(): number {
  return words[memory.PENDING] as number;
}

export function checkLeftovers(): void {
  let before = 0;

  beforeAll(() => {
    // what a thread opens once, with its first blocking wait and its first look-up, is no leak
    const [a, b] = socketpair();
    a.settimeout(0.001);
    expect(() => a.recvSync(1)).toThrow('timed out');
    a.close();
    b.close();
    getaddrinfoSync('127.0.0.1', null);
  });

  beforeEach(() => {
    before = descriptors();
  });

  afterEach(async () => {
    expect(pendingCalls()).toBe(0);
    // the end of a child process or of a worker is told before its last descriptor is closed
    await expect.poll(descriptors).toBe(before);
  });
}
