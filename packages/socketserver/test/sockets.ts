import { readdirSync, readlinkSync } from 'node:fs';

/** How many sockets a process has open, this one unless said; workers that come and go open other descriptors. */
export function socketCount(pid: number = process.pid): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => isSocket(`/proc/${pid}/fd/${fd}`)).length;
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:');
  } catch {
    // the folder's own descriptor is closed by now
    return false;
  }
}
