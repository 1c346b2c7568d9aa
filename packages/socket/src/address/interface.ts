/** Interfaces in addresses: a name for the user, a number for the kernel. '' is none, or every one. */
import { OSError } from '@p8/errors';
import { syscalls } from '@p8/syscall';
import { text } from './shape.ts';

/** The number of an interface. Raises OSError (ENODEV) for an unknown name. */
export function interfaceIndex(value: unknown, call: string): number {
  const name = text(value, 'device', call);
  if (name === '') return 0;
  const index = syscalls.ifNametoindex(name);
  if (index < 0) throw new OSError(index, { syscall: call, address: name });
  return index;
}

/** The name of an interface; '' for 0, and for one that has gone since. */
export function interfaceName(index: number): string {
  const name = index === 0 ? '' : syscalls.ifIndextoname(index);
  return typeof name === 'string' ? name : '';
}
