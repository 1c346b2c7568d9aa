/** Where connections are made to, and which family that is. */
import { NotImplementedError, ValueError } from '@p8/errors';
import { AF_INET, AF_INET6, AF_UNIX } from '@p8/socket';
import type { InternetAddress } from '@p8/socket';

/** The families by their names, as in Python. */
export type Family = 'AF_INET' | 'AF_INET6' | 'AF_UNIX';

/** `[host, port]`, a path, or the bytes of an abstract name. */
export type ConnectionAddress = InternetAddress | string | Uint8Array;

const numbers: Readonly<Record<Family, number>> = { AF_INET, AF_INET6, AF_UNIX };

/** The number of a family. Raises ValueError for a name that is none, NotImplementedError for Windows' AF_PIPE. */
export function familyNumber(family: Family): number {
  if (Object.hasOwn(numbers, family)) return numbers[family];
  if ((family as string) === 'AF_PIPE') throw new NotImplementedError('AF_PIPE is only on Windows: use AF_UNIX');
  throw new ValueError(`Family ${family} is not recognized: use 'AF_INET', 'AF_INET6' or 'AF_UNIX'`);
}

/** The family that an address belongs to. Raises ValueError for what is no address. */
export function familyOf(address: ConnectionAddress): Family {
  if (Array.isArray(address)) return String(address[0]).includes(':') ? 'AF_INET6' : 'AF_INET';
  if (typeof address === 'string' || address instanceof Uint8Array) return 'AF_UNIX';
  throw new ValueError(`address type of ${String(address)} unrecognized: use [host, port], a path, or bytes`);
}
