/**
 * The data bases of services and protocols (/etc/services, /etc/protocols). None of these waits.
 *
 * https://docs.python.org/3/library/socket.html#socket.getservbyname · getservent(3), getprotoent(3)
 */
import { OSError, OverflowError } from '@p8/errors';
import { syscalls } from '@p8/syscall';
import { describe } from './describe.ts';

/** The port of a service, of a protocol ('tcp', 'udp') or of any. Raises OSError when there is none. */
export function getservbyname(name: string, proto?: string): number {
  checkName(name, 'getservbyname');
  const port = syscalls.getservbyname(name, proto ?? null);
  if (port < 0) throw new OSError('service/proto not found', { syscall: 'getservbyname' });
  return port;
}

/** The service of a port, of a protocol or of any. Raises OverflowError outside 0 to 65535, OSError when there is none. */
export function getservbyport(port: number, proto?: string): string {
  if (!Number.isInteger(port)) throw new TypeError(`getservbyport(): port must be an integer, not ${describe(port)}`);
  if (port < 0 || port > 65535) throw new OverflowError(`getservbyport(): port must be 0-65535, not ${port}`);
  const name = syscalls.getservbyport(port, proto ?? null);
  if (typeof name === 'number') throw new OSError('port/proto not found', { syscall: 'getservbyport' });
  return name;
}

/** The number of a protocol ('tcp', 'icmp'), for the third argument of `socket()`. Raises OSError when there is none. */
export function getprotobyname(name: string): number {
  checkName(name, 'getprotobyname');
  const number = syscalls.getprotobyname(name);
  if (number < 0) throw new OSError('protocol not found', { syscall: 'getprotobyname' });
  return number;
}

function checkName(name: unknown, call: string): void {
  if (typeof name !== 'string') throw new TypeError(`${call}(): name must be a string, not ${describe(name)}`);
}
