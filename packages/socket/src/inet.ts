/**
 * Numeric addresses between text and bytes. https://docs.python.org/3/library/socket.html#socket.inet_pton · inet_pton(3),
 * inet_ntop(3), inet(3)
 */
import { OSError, ValueError } from '@p8/errors';
import { constants } from '@p8/syscall';
import { describe } from './describe.ts';
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from './inet-text.ts';

const { AF_INET, AF_INET6 } = constants;
const EAFNOSUPPORT = 97;

/** The bytes of a strict numeric address: `1.2.3.4` or IPv6 without a scope. Raises OSError for anything else. */
export function inetPton(family: number, text: string): Buffer {
  checkText(text, 'inetPton');
  if (family !== AF_INET && family !== AF_INET6) throw new OSError(EAFNOSUPPORT, { syscall: 'inet_pton' });
  const bytes = Buffer.alloc(family === AF_INET ? 4 : 16);
  const parsed = family === AF_INET ? parseIPv4(text, bytes, 0) : parseIPv6(text, bytes, 0);
  if (!parsed) throw new OSError('illegal IP address string passed to inet_pton', { syscall: 'inet_pton' });
  return bytes;
}

/** The canonical text of 4 or 16 bytes. Raises ValueError for another family or length. */
export function inetNtop(family: number, bytes: Uint8Array): string {
  checkBytes(bytes, 'inetNtop');
  if (family !== AF_INET && family !== AF_INET6) throw new ValueError(`unknown address family ${family}`);
  if (bytes.length !== (family === AF_INET ? 4 : 16))
    throw new ValueError('invalid length of packed IP address string');
  return family === AF_INET ? formatIPv4(bytes, 0) : formatIPv6(bytes, 0);
}

/**
 * The four bytes of any IPv4 text that inet_aton(3) takes: one to four parts, decimal, octal (`010`) or hexadecimal, the
 * last of which fills what is left. For text from strangers take {@link inetPton}. Raises OSError.
 */
export function inetAton(text: string): Buffer {
  checkText(text, 'inetAton');
  const parts = text.trimEnd().split('.').map(liberalNumber);
  const last = parts.pop() ?? Number.NaN;
  const room = 4 - parts.length;
  const isGood = room > 0 && parts.every((part) => part <= 255) && last < 256 ** room;
  if (!isGood) throw new OSError('illegal IP address string passed to inet_aton', { syscall: 'inet_aton' });
  const bytes = Buffer.alloc(4);
  bytes.writeUIntBE(last, parts.length, room);
  bytes.set(parts, 0);
  return bytes;
}

/** The dotted text of four bytes. Raises OSError for another length. */
export function inetNtoa(bytes: Uint8Array): string {
  checkBytes(bytes, 'inetNtoa');
  if (bytes.length !== 4) throw new OSError('packed IP wrong length for inet_ntoa', { syscall: 'inet_ntoa' });
  return formatIPv4(bytes, 0);
}

function liberalNumber(text: string): number {
  if (/^0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text, 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9][0-9]*$/.test(text) ? Number(text) : Number.NaN;
}

function checkText(text: unknown, call: string): void {
  if (typeof text !== 'string') throw new TypeError(`${call}(): address must be a string, not ${describe(text)}`);
}

function checkBytes(bytes: unknown, call: string): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${call}(): address must be bytes, not ${describe(bytes)}`);
}
