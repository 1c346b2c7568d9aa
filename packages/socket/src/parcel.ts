/** A descriptor on its way to another thread: see native/parcel.cc. */
import { NotImplementedError, OSError } from '@p8/errors';
import { syscalls } from '@p8/syscall';

const ENOSYS = 38;

/** A duplicate of the descriptor, to be put into a message. It is closed when nobody can take it any more. */
export function parcel(fd: number): SharedArrayBuffer {
  const result = syscalls.parcelSend(fd);
  if (typeof result !== 'number') return result;
  if (result === -ENOSYS) {
    throw new NotImplementedError('handing a descriptor to another thread needs Node 24.16, or 26.1, or newer');
  }
  throw new OSError(result, { syscall: 'dup' });
}

/** The descriptor of a parcel, once. */
export function unpack(parcelled: SharedArrayBuffer): number {
  const fd = syscalls.parcelTake(new Uint8Array(parcelled));
  if (fd < 0)
    throw new OSError('this descriptor was taken out of its message before; each can be received once', {
      code: 'EBADF',
    });
  return fd;
}
