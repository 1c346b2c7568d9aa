/**
 * Names to addresses by the C library's resolver, on threads of our own: libuv's pool stays free for files.
 *
 * https://docs.python.org/3/library/socket.html#socket.getaddrinfo · getaddrinfo(3)
 */
import { OSError, OverflowError } from '@p8/errors';
import { constants, syscalls } from '@p8/syscall';
import { decodeSockaddr, describe } from './address.ts';
import type { Address, InternetAddress } from './address.ts';
import { deadlineAfter, LONGEST_TIMER } from './deadline.ts';
import { gaierror } from './gaierror.ts';
import { awaitLookup, forgetLookup } from './reactor.ts';
import { afterInterruption, checkTimeout, secondsUntil, timedOut } from './wait.ts';
import type { Seconds, WaitOptions } from './wait.ts';

/** One answer: `[family, type, proto, canonname, sockaddr]`; the name is empty without AI_CANONNAME. */
export type AddressInfo = [family: number, type: number, proto: number, canonname: string, sockaddr: Address];

export interface ResolveOptions extends WaitOptions {
  /** The most to wait, in seconds; null (the default) waits as long as the resolver does. */
  readonly timeout?: Seconds | null;
}

const { AF_INET, AF_INET6, EAI_SYSTEM } = constants;
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
): Promise<AddressInfo[]> {
  const answers = await lookUp(host, port, [family, type, proto, flags], options);
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
): AddressInfo[] {
  return lookUpSync(host, port, [family, type, proto, flags], options.timeout ?? null).map(toAddressInfo);
}

/** The `sockaddr` of an address whose host is a name: its first answer. */
export async function hostAddress(
  family: number,
  type: number,
  address: Address,
  options: ResolveOptions,
): Promise<Uint8Array> {
  const [host] = address as InternetAddress;
  const answers = await lookUp(host, null, [family, type, 0, 0], options);
  return withPort(answers, address as InternetAddress);
}

/** As {@link hostAddress}, blocking. */
export function hostAddressSync(family: number, type: number, address: Address, timeout: Seconds | null): Uint8Array {
  const [host] = address as InternetAddress;
  return withPort(lookUpSync(host, null, [family, type, 0, 0], timeout), address as InternetAddress);
}

type Hints = readonly [family: number, type: number, proto: number, flags: number];

interface Answer {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  readonly name: string;
  readonly sockaddr: Uint8Array;
}

function lookUp(
  host: string | null,
  port: string | number | null,
  hints: Hints,
  options: ResolveOptions,
): Promise<Answer[]> {
  const timeout = checkTimeout(options.timeout ?? null);
  const { signal } = options;
  signal?.throwIfAborted();
  const id = start(host, port, hints);
  return new Promise((resolve, reject) => {
    const giveUp = (reason: unknown): void => {
      leave();
      forgetLookup(id);
      syscalls.getaddrinfoCancel(id);
      reject(reason);
    };
    const abort = (): void => giveUp(signal?.reason);
    const limit = timeout === null ? undefined : Math.min(timeout * 1000, LONGEST_TIMER);
    const timer = limit === undefined ? undefined : setTimeout(() => giveUp(timedOut('getaddrinfo')), limit).unref();
    const leave = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    signal?.addEventListener('abort', abort);
    awaitLookup(id, () => {
      leave();
      try {
        resolve(take(id, host));
      } catch (error) {
        reject(error);
      }
    });
  });
}

function lookUpSync(
  host: string | null,
  port: string | number | null,
  hints: Hints,
  timeout: Seconds | null,
): Answer[] {
  const deadline = deadlineAfter(checkTimeout(timeout));
  const id = start(host, port, hints);
  try {
    for (;;) {
      const outcome = syscalls.getaddrinfoWait(id, secondsUntil(deadline));
      if (outcome > 0) return take(id, host);
      if (outcome === 0) throw timedOut('getaddrinfo');
      afterInterruption(outcome, 'getaddrinfo');
    }
  } finally {
    syscalls.getaddrinfoCancel(id);
  }
}

function start(host: string | null, port: string | number | null, hints: Hints): number {
  if (host !== null && typeof host !== 'string')
    throw new TypeError(`host must be a string or null, not ${describe(host)}`);
  if (host !== null && (host.length > LONGEST_HOST || host.includes('\0')))
    throw new gaierror(constants.EAI_NONAME, host);
  const id = syscalls.getaddrinfo(host, serviceOf(port), ...hints);
  if (id < 0) throw new OSError(id, { syscall: 'getaddrinfo' });
  return id;
}

function serviceOf(port: string | number | null): string | null {
  if (port === null || typeof port === 'string') return port;
  if (!Number.isInteger(port))
    throw new TypeError(`port must be an integer, a service name or null, not ${describe(port)}`);
  if (port < 0 || port > 65535) throw new OverflowError(`port must be 0-65535, not ${port}`);
  return String(port);
}

/** The answer, unpacked: see native/netdb.cc of @p8/syscall. */
function take(id: number, host: string | null): Answer[] {
  const packed = syscalls.getaddrinfoTake(id);
  if (typeof packed === 'number') throw new OSError(packed, { syscall: 'getaddrinfo' });
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const word = (offset: number): number => view.getInt32(offset, true);
  const outcome = word(0);
  if (outcome === EAI_SYSTEM) throw new OSError(word(4), { syscall: 'getaddrinfo' });
  if (outcome !== 0) throw new gaierror(outcome, host);
  const answers: Answer[] = [];
  for (let at = 8; at < packed.length;) {
    const [family, type, proto] = [word(at), word(at + 4), word(at + 8)];
    const [size, length] = [word(at + 12), word(at + 16)];
    // a copy: `slice` of a Buffer would be a view of the whole answer
    const sockaddr = new Uint8Array(packed.subarray(at + 20, at + 20 + size));
    at += 20 + size + length;
    const name = Buffer.from(packed.subarray(at - length, at)).toString();
    answers.push({ family, type, proto, name, sockaddr });
  }
  return answers;
}

function toAddressInfo({ family, type, proto, name, sockaddr }: Answer): AddressInfo {
  return [family, type, proto, name, decodeSockaddr(sockaddr)];
}

/** The first answer, with the port, flow and scope that the user gave. */
function withPort(answers: readonly Answer[], [host, port, flowinfo = 0, scopeid = 0]: InternetAddress): Uint8Array {
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
