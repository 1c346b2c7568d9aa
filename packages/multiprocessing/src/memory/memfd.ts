/** Files of memory without a name, which processes map: memfd_create(2). */
import { OSError } from '@p8/errors';
import { syscalls } from '@p8/syscall';

const F_ADD_SEALS = 1033;
const F_GET_SEALS = 1034;
const F_SEAL_SEAL = 1;
const F_SEAL_SHRINK = 2;
const F_SEAL_GROW = 4;

/** Some memory that does not fit. */
export const ENOMEM = 12;

/**
 * A new file, which never shrinks, as to read what is cut off would end the process; `reserve` gives it its first bytes. Raises what that
 * raises, and the OSError of the system.
 */
export function makeFile(name: string, grows: boolean, reserve: (fd: number) => void): number {
  const fd = checked(syscalls.memfdCreate(name), 'memfd_create');
  try {
    reserve(fd);
    const seals = F_SEAL_SEAL | F_SEAL_SHRINK | (grows ? 0 : F_SEAL_GROW);
    checked(syscalls.fcntl(fd, F_ADD_SEALS, seals), 'fcntl');
    return fd;
  } catch (error) {
    syscalls.close(fd);
    throw error;
  }
}

/** Whether the file of a descriptor is one that never shrinks. */
export function neverShrinks(fd: number): boolean {
  return (checked(syscalls.fcntl(fd, F_GET_SEALS, 0), 'fcntl') & F_SEAL_SHRINK) !== 0;
}

/** Gives a file so many bytes, for which there is room: returns 0, or minus errno. */
export function reserved(fd: number, bytes: number): number {
  // the kernel would go on until it ends some process; 0: it could not be asked, for want of a descriptor
  const available = process.availableMemory();
  return available > 0 && bytes > available ? -ENOMEM : syscalls.fallocate(fd, bytes);
}

function checked(outcome: number, syscall: string): number {
  if (outcome < 0) throw new OSError(outcome, { syscall });
  return outcome;
}
