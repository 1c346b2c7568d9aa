/** After each test of a file no descriptor is left. */
import { readdirSync, readlinkSync } from 'node:fs';
import { getaddrinfoSync, socketpair } from '@p8/socket';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';

export function descriptors(): number {
  return readdirSync('/proc/self/fd').filter((fd) => !isMemory(fd)).length;
}

/** Memory without a name is let go when the last object in it is collected, whenever that is. */
function isMemory(fd: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).startsWith('/memfd:');
  } catch {
    // it was that of the folder itself
    return false;
  }
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
    // the end of a child process is told before its last descriptor is closed
    await expect.poll(descriptors).toBe(before);
  });
}
