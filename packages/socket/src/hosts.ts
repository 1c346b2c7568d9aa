/**
 * From addresses to names, and Python's older look-ups of hosts. Each waits for the resolver, on a thread of ours; a
 * `timeout` in seconds and a `signal` bound it, and the twin in `Sync` blocks.
 *
 * https://docs.python.org/3/library/socket.html#socket.getnameinfo · getnameinfo(3), gethostbyname(3)
 */
import { OSError } from '@p8/errors';
import { constants, syscalls } from '@p8/syscall';
import { encodeAddress } from './address.ts';
import type { InternetAddress } from './address/internet.ts';
import { gaierror, herror } from './gaierror.ts';
import { gethostname } from './hostname.ts';
import { formatIPv4, formatIPv6 } from './inet-text.ts';
import { lookUp, lookUpSync } from './lookup.ts';
import type { Answer, Lookup, ResolveOptions } from './lookup.ts';
import { checkOutcome, hostAddress, hostAddressSync } from './resolve.ts';
import type { Seconds } from './wait.ts';

/** What the older calls know of a host. */
export type HostEntry = [hostname: string, aliases: string[], addresses: string[]];

interface Limit {
  /** The most to wait, in seconds; null (the default) waits as long as the resolver does. */
  readonly timeout?: Seconds | null;
}

const { AF_INET, AF_INET6, AF_UNSPEC, EAI_NONAME } = constants;
const PORT_AND_SCOPE: readonly [number, number, number] = [0, 0, 0];

/**
 * The names of a numeric address and port, or with NI_NUMERICHOST and NI_NUMERICSERV their text: getnameinfo(3). Raises
 * gaierror, TypeError for an address that is no Internet one, and OSError for one that is not numeric.
 */
export async function getnameinfo(
  sockaddr: InternetAddress,
  flags = 0,
  options: ResolveOptions = {},
): Promise<[host: string, service: string]> {
  return lookUp(nameOf(sockaddr, flags), options);
}

export function getnameinfoSync(
  sockaddr: InternetAddress,
  flags = 0,
  options: Limit = {},
): [host: string, service: string] {
  return lookUpSync(nameOf(sockaddr, flags), options.timeout ?? null);
}

/** The first IPv4 address of a host, as text; '' is every interface. Raises gaierror. */
export async function gethostbyname(host: string, options: ResolveOptions = {}): Promise<string> {
  return textOf(encode(AF_INET, host) ?? (await hostAddress(AF_INET, [host, 0], options)));
}

export function gethostbynameSync(host: string, options: Limit = {}): string {
  return textOf(encode(AF_INET, host) ?? hostAddressSync(AF_INET, [host, 0], options.timeout ?? null));
}

/** The canonical name of a host, its other names, and its IPv4 addresses: gethostbyname(3). Raises herror. */
export async function gethostbynameEx(host: string, options: ResolveOptions = {}): Promise<HostEntry> {
  return lookUp(hostByName(host), options);
}

export function gethostbynameExSync(host: string, options: Limit = {}): HostEntry {
  return lookUpSync(hostByName(host), options.timeout ?? null);
}

/** The name of an address, its other names, and its addresses: gethostbyaddr(3). Raises herror; gaierror for a bad one. */
export async function gethostbyaddr(address: string, options: ResolveOptions = {}): Promise<HostEntry> {
  const sockaddr = numeric(address) ?? (await hostAddress(AF_UNSPEC, [address, 0], options));
  return lookUp(hostByAddress(address, sockaddr), options);
}

export function gethostbyaddrSync(address: string, options: Limit = {}): HostEntry {
  const limit = options.timeout ?? null;
  const sockaddr = numeric(address) ?? hostAddressSync(AF_UNSPEC, [address, 0], limit);
  return lookUpSync(hostByAddress(address, sockaddr), limit);
}

/**
 * The fully qualified name of a host, as far as it can be found: the first of its names with a dot, else its first name,
 * else what was given. '', '0.0.0.0' and '::' are this machine.
 */
export async function getfqdn(name = '', options: ResolveOptions = {}): Promise<string> {
  const host = ownName(name);
  try {
    return qualified(await gethostbyaddr(host, options));
  } catch (error) {
    return unlessUnknown(error, host);
  }
}

export function getfqdnSync(name = '', options: Limit = {}): string {
  const host = ownName(name);
  try {
    return qualified(gethostbyaddrSync(host, options));
  } catch (error) {
    return unlessUnknown(error, host);
  }
}

function nameOf(sockaddr: InternetAddress, flags: number): Lookup<[string, string]> {
  if (!Number.isInteger(flags)) throw new TypeError(`getnameinfo(): flags must be an integer, not ${flags}`);
  const isLong = Array.isArray(sockaddr) && sockaddr.length > 2;
  const encoded =
    (isLong ? undefined : encodeAddress(AF_INET, sockaddr, 'getnameinfo')) ??
    encodeAddress(AF_INET6, sockaddr, 'getnameinfo');
  if (encoded === undefined) throw new gaierror(EAI_NONAME, sockaddr[0], 'getnameinfo');
  return {
    call: 'getnameinfo',
    start: () => syscalls.getnameinfo(encoded, flags),
    read(answer) {
      checkOutcome(answer, 'getnameinfo', sockaddr[0]);
      return [answer.text(), answer.text()];
    },
  };
}

function hostByName(host: string): Lookup<HostEntry> {
  encode(AF_INET, host);
  return {
    call: 'gethostbyname_ex',
    start: () => syscalls.gethostbyname(host),
    read: (answer) => readHost(answer, host, 'gethostbyname_ex'),
  };
}

function hostByAddress(address: string, sockaddr: Uint8Array): Lookup<HostEntry> {
  return {
    call: 'gethostbyaddr',
    start: () => syscalls.gethostbyaddr(sockaddr),
    read: (answer) => readHost(answer, address, 'gethostbyaddr'),
  };
}

function readHost(answer: Answer, host: string, call: string): HostEntry {
  if (answer.outcome !== 0) throw new herror(answer.outcome, host, call);
  const hostname = answer.text();
  const aliases: string[] = [];
  for (let alias = answer.text(); alias !== ''; alias = answer.text()) aliases.push(alias);
  const addresses: string[] = [];
  while (!answer.ended) {
    const bytes = answer.field();
    addresses.push(bytes.length === 4 ? formatIPv4(bytes, 0) : formatIPv6(bytes, 0));
  }
  return [hostname, aliases, addresses];
}

/** The `sockaddr` of a host that is numeric in this family. Raises TypeError for what is no string. */
function encode(family: number, host: string): Uint8Array | undefined {
  return encodeAddress(family, family === AF_INET ? [host, 0] : [host, ...PORT_AND_SCOPE], 'gethostbyname');
}

function numeric(host: string): Uint8Array | undefined {
  return encode(AF_INET, host) ?? encode(AF_INET6, host);
}

function textOf(sockaddr: Uint8Array): string {
  return formatIPv4(sockaddr, 4);
}

function ownName(name: string): string {
  const trimmed = name.trim();
  return trimmed === '' || trimmed === '0.0.0.0' || trimmed === '::' ? gethostname() : trimmed;
}

function qualified([hostname, aliases]: HostEntry): string {
  return [hostname, ...aliases].find((name) => name.includes('.')) ?? hostname;
}

/** An unknown host keeps the name that it was given; a time limit or a signal ends the call all the same. */
function unlessUnknown(error: unknown, host: string): string {
  if (error instanceof OSError && (error instanceof herror || error instanceof gaierror)) return host;
  throw error;
}
