/**
 * Names to addresses by the C library's resolver, on threads of our own: libuv's pool stays free for files.
 *
 * https://docs.python.org/3/library/socket.html#socket.getaddrinfo · getaddrinfo(3)
 */
import { OSError, OverflowError } from '@p8/errors';
import { constants, syscalls } from '@p8/syscall';
import { decodeSockaddr } from './address.ts';
import type { Address } from './address.ts';
import type { InternetAddress } from './address/internet.ts';
import { describe } from './describe.ts';
import { gaierror } from './gaierror.ts';
import { lookUp, lookUpSync } from './lookup.ts';
import type { Answer, Lookup, ResolveOptions } from './lookup.ts';
import type { Seconds } from './wait.ts';

/** One answer: `[family, type, proto, canonname, sockaddr]`; the name is empty without AI_CANONNAME. */
export type ResolvedAddress = [family: number, type: number, proto: number, canonname: string, sockaddr: Address];

const { AF_INET, AF_INET6, AF_RDS, EAI_SYSTEM, SOCK_DGRAM } = constants;
/** The longest domain name, and a scope behind it. */
const LONGEST_HOST = 1024;

/**
 * Looks up a host, a service, or both, as getaddrinfo(3): every address with the arguments for `socket()`. A host of
 * null is this machine (every interface with AI_PASSIVE). Waits for the resolver. Raises gaierror, TimeoutError.
 */
export async function getaddrinfo(
  host: string | null,
  port: string | number | null,
  family = 0,
  type = 0,
  proto = 0,
  flags = 0,
  options: ResolveOptions = {},
): Promise<ResolvedAddress[]> {
  const answers = await lookUp(addresses(host, port, [family, type, proto, flags]), options);
  return answers.map(toAddressInfo);
}

/** As {@link getaddrinfo}, blocking. */
export function getaddrinfoSync(
  host: string | null,
  port: string | number | null,
  family = 0,
  type = 0,
  proto = 0,
  flags = 0,
  options: { readonly timeout?: Seconds | null } = {},
): ResolvedAddress[] {
  const lookup = addresses(host, port, [family, type, proto, flags]);
  return lookUpSync(lookup, options.timeout ?? null).map(toAddressInfo);
}

/** The `sockaddr` of an address whose host is a name: its first answer. */
export async function hostAddress(family: number, address: Address, options: ResolveOptions): Promise<Uint8Array> {
  const [host] = address as InternetAddress;
  const answers = await lookUp(addresses(host, null, oneOf(family)), options);
  return withPort(answers, address as InternetAddress);
}

/** As {@link hostAddress}, blocking. */
export function hostAddressSync(family: number, address: Address, timeout: Seconds | null): Uint8Array {
  const [host] = address as InternetAddress;
  return withPort(lookUpSync(addresses(host, null, oneOf(family)), timeout), address as InternetAddress);
}

/** What asks for each address once; those of AF_RDS are of IPv4. */
function oneOf(family: number): Hints {
  return [family === AF_RDS ? AF_INET : family, SOCK_DGRAM, 0, 0];
}

type Hints = readonly [family: number, type: number, proto: number, flags: number];

interface Found {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  readonly name: string;
  readonly sockaddr: Uint8Array;
}

function addresses(host: string | null, port: string | number | null, hints: Hints): Lookup<Found[]> {
  if (host !== null && typeof host !== 'string')
    throw new TypeError(`host must be a string or null, not ${describe(host)}`);
  if (host !== null && (host.length > LONGEST_HOST || host.includes('\0')))
    throw new gaierror(constants.EAI_NONAME, host);
  const service = serviceOf(port);
  return {
    call: 'getaddrinfo',
    start: () => syscalls.getaddrinfo(host, service, ...hints),
    read: (answer) => readAddresses(answer, host),
  };
}

function serviceOf(port: string | number | null): string | null {
  if (port === null || typeof port === 'string') return port;
  if (!Number.isInteger(port))
    throw new TypeError(`port must be an integer, a service name or null, not ${describe(port)}`);
  if (port < 0 || port > 65535) throw new OverflowError(`port must be 0-65535, not ${port}`);
  return String(port);
}

function readAddresses(answer: Answer, host: string | null): Found[] {
  checkOutcome(answer, 'getaddrinfo', host);
  const found: Found[] = [];
  while (!answer.ended) {
    const [family, type, proto] = [answer.integer(), answer.integer(), answer.integer()];
    const sockaddr = answer.field();
    found.push({ family, type, proto, name: answer.text(), sockaddr });
  }
  return found;
}

/** Raises the error of an answer by EAI number. */
export function checkOutcome({ outcome, systemError }: Answer, call: string, host: string | null): void {
  if (outcome === EAI_SYSTEM) throw new OSError(systemError, { syscall: call });
  if (outcome !== 0) throw new gaierror(outcome, host, call);
}

function toAddressInfo({ family, type, proto, name, sockaddr }: Found): ResolvedAddress {
  return [family, type, proto, name, decodeSockaddr(sockaddr)];
}

/** The first answer, with the port, flow and scope that the user gave. */
function withPort(answers: readonly Found[], [host, port, flowinfo = 0, scopeid = 0]: InternetAddress): Uint8Array {
  const answer = answers.find(({ family }) => family === AF_INET || family === AF_INET6);
  if (answer === undefined) throw new gaierror(constants.EAI_NONAME, host);
  const view = new DataView(answer.sockaddr.buffer);
  view.setUint16(2, port);
  if (answer.family === AF_INET6) {
    view.setUint32(4, flowinfo);
    // a scope in the name itself (`fe80::1%eth0`) stays
    if (scopeid !== 0) view.setUint32(24, scopeid, true);
  }
  return answer.sockaddr;
}
