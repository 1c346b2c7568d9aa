/** After each test of a file no descriptor is left. */
import { readdirSync, readlinkSync } from 'node:fs';
import { getaddrinfoSync, socketpair } from '@p8/socket';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';

export function descriptors(): number {
  return kinds().length;
}

/** What the open descriptors are. Memory without a name is let go when the last object in it is collected, whenever that is. */
function kinds(): string[] {
  return readdirSync('/proc/self/fd')
    .map((fd) => kindOf(fd))
    .filter((kind) => !kind.startsWith('/memfd:'))
    .toSorted();
}

function kindOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).replace(/:\[\d+\]$/, '');
  } catch {
    return 'the folder itself';
  }
}

export function checkLeftovers(): void {
  let before: string[] = [];

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
    before = kinds();
  });

  afterEach(async () => {
    // the end of a child process is told before its last descriptor is closed
    await expect.poll(kinds).toEqual(before);
  });
}
