/**
 * Sockets from bare descriptors, and descriptors themselves. https://docs.python.org/3/library/socket.html#socket.fromfd
 */
import { OSError } from '@p8/errors';
import { syscalls } from '@p8/syscall';
import { checkSize } from './bytes.ts';
import { Socket } from './socket.ts';

/**
 * A socket on a duplicate of a descriptor, which still belongs to the caller. Family, type and protocol are read from it
 * unless they are given. Raises the OSError of dup(2), and ENOTSOCK for another kind of descriptor. It never waits.
 */
export function fromfd(fd: number, family?: number, type?: number, proto?: number): Socket {
  const fileno = dupFd(fd);
  try {
    return new Socket(family, type, proto, { fileno });
  } catch (error) {
    syscalls.close(fileno);
    throw error;
  }
}

/** A duplicate of a descriptor, closed on exec, which belongs to the caller: dup(2). */
export function dupFd(fd: number): number {
  checkSize(fd, 'fd', 'dupFd');
  const copy = syscalls.dup(fd);
  if (copy < 0) throw new OSError(copy, { syscall: 'dup' });
  // whoever closes it need not tell us, and its number may be another's when this thread ends
  syscalls.handOver(copy);
  return copy;
}

/** Closes a bare descriptor, such as `detach()` gives: close(2). Raises OSError (EBADF) if it is not open. */
export function closeFd(fd: number): void {
  checkSize(fd, 'fd', 'closeFd');
  const outcome = syscalls.close(fd);
  if (outcome < 0) throw new OSError(outcome, { syscall: 'close' });
}
