import { readdirSync, readlinkSync } from 'node:fs';

/** How many sockets this process has open; workers that come and go open other descriptors. */
export function socketCount(): number {
  return readdirSync('/proc/self/fd').filter(isSocket).length;
}

function isSocket(fd: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
  } catch {
    // the folder's own descriptor is closed by now
    return false;
  }
}
