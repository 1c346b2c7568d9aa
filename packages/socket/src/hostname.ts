/** The name of this machine. https://docs.python.org/3/library/socket.html#socket.gethostname · gethostname(2) */
import { OSError } from '@p8/errors';
import { syscalls } from '@p8/syscall';

/** The name that this machine has given itself; not always a fully qualified one: see `getfqdn`. */
export function gethostname(): string {
  const name = syscalls.gethostname();
  if (typeof name === 'number') throw new OSError(name, { syscall: 'gethostname' });
  return name;
}

/** Renames this machine: sethostname(2). Raises PermissionError without CAP_SYS_ADMIN. */
export function sethostname(name: string): void {
  if (typeof name !== 'string') throw new TypeError(`sethostname(): name must be a string, not ${String(name)}`);
  const outcome = syscalls.sethostname(name);
  if (outcome < 0) throw new OSError(outcome, { syscall: 'sethostname' });
}
