/**
 * The network interfaces of this machine. None of these waits.
 *
 * https://docs.python.org/3/library/socket.html#socket.if_nameindex · if_nameindex(3)
 */
import { OSError, OverflowError } from '@p8/errors';
import { syscalls } from '@p8/syscall';
import { describe } from './describe.ts';

/** Every interface, by index. */
export function ifNameindex(): [index: number, name: string][] {
  const list = syscalls.ifNameindex();
  if (typeof list === 'number') throw new OSError(list, { syscall: 'if_nameindex' });
  return list;
}

/** The index of an interface. Raises OSError for an unknown name. */
export function ifNametoindex(name: string): number {
  if (typeof name !== 'string') throw new TypeError(`ifNametoindex(): name must be a string, not ${describe(name)}`);
  const index = syscalls.ifNametoindex(name);
  if (index < 0) throw new OSError('no interface with this name', { syscall: 'if_nametoindex' });
  return index;
}

/** The name of an interface. Raises OSError (ENXIO) for an unknown index, OverflowError for one that is no uint32. */
export function ifIndextoname(index: number): string {
  if (!Number.isInteger(index))
    throw new TypeError(`ifIndextoname(): index must be an integer, not ${describe(index)}`);
  if (index < 0 || index > 0xffffffff)
    throw new OverflowError(`ifIndextoname(): index must be 0-4294967295, not ${index}`);
  const name = syscalls.ifIndextoname(index);
  if (typeof name === 'number') throw new OSError(name, { syscall: 'if_indextoname' });
  return name;
}
