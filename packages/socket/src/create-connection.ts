/** Connecting by name: tries one address after the other. https://docs.python.org/3/library/socket.html#socket.create_connection */
import { ExceptionGroup, OSError } from '@p8/errors';
import { constants } from '@p8/syscall';
import { hostAndPort } from './address.ts';
import type { Address } from './address.ts';
import { getdefaulttimeout } from './default-timeout.ts';
import { deadlineAfter } from './deadline.ts';
import { getaddrinfo, getaddrinfoSync } from './resolve.ts';
import type { AddressInfo } from './resolve.ts';
import { Socket } from './socket.ts';
import { checkTimeout, secondsUntil, timedOut } from './wait.ts';
import type { Seconds, WaitOptions } from './wait.ts';

export interface CreateConnectionOptions extends WaitOptions {
  /** The limit for each address in seconds, and the timeout of the socket; the default timeout unless given. */
  readonly timeout?: Seconds | null;
  /** The limit for all of it, the look-up included. */
  readonly totalTimeout?: Seconds | null;
  /** The address to connect from. */
  readonly sourceAddress?: Address;
  /** Raise an ExceptionGroup of all failures rather than the last of them. */
  readonly allErrors?: boolean;
}

/**
 * A stream socket connected to `[host, port]`: every address of the host is tried in turn. Waits for the look-up and the
 * connections. Raises gaierror for an unknown name, and the error of the last address (or all of them, see `allErrors`).
 */
export async function createConnection(address: Address, options: CreateConnectionOptions = {}): Promise<Socket> {
  const limits = new Limits(options);
  const [host, port] = hostAndPort(address, 'createConnection');
  const { signal } = options;
  const answers = await getaddrinfo(host, port, 0, constants.SOCK_STREAM, 0, 0, { timeout: limits.left(), signal });
  const errors: OSError[] = [];
  for (const answer of answers) {
    let sock: Socket | undefined;
    try {
      sock = prepare(answer, options, limits);
      await sock.connect(answer[4], options);
      sock.settimeout(limits.timeout);
      return sock;
    } catch (error) {
      sock?.close();
      collect(errors, error, signal);
    }
  }
  throw failure(errors, options);
}

/** As {@link createConnection}, blocking. */
export function createConnectionSync(address: Address, options: Omit<CreateConnectionOptions, 'signal'> = {}): Socket {
  const limits = new Limits(options);
  const [host, port] = hostAndPort(address, 'createConnectionSync');
  const answers = getaddrinfoSync(host, port, 0, constants.SOCK_STREAM, 0, 0, { timeout: limits.left() });
  const errors: OSError[] = [];
  for (const answer of answers) {
    let sock: Socket | undefined;
    try {
      sock = prepare(answer, options, limits);
      sock.connectSync(answer[4]);
      sock.settimeout(limits.timeout);
      return sock;
    } catch (error) {
      sock?.close();
      collect(errors, error, undefined);
    }
  }
  throw failure(errors, options);
}

/** The limit of one address, within the limit of all of it. */
class Limits {
  readonly timeout: Seconds | null;
  readonly #deadline: number;

  constructor({ timeout, totalTimeout }: CreateConnectionOptions) {
    this.timeout = timeout === undefined ? getdefaulttimeout() : checkTimeout(timeout);
    this.#deadline = deadlineAfter(checkTimeout(totalTimeout ?? null, 'totalTimeout'));
  }

  left(): Seconds | null {
    if (this.#deadline === Infinity) return null;
    const seconds = secondsUntil(this.#deadline);
    if (seconds === 0) throw timedOut('connect');
    return seconds;
  }

  next(): Seconds | null {
    const left = this.left();
    return left === null ? this.timeout : Math.min(left, this.timeout ?? Infinity);
  }
}

function prepare(
  [family, type, proto]: AddressInfo,
  { sourceAddress }: CreateConnectionOptions,
  limits: Limits,
): Socket {
  const timeout = limits.next();
  const sock = new Socket(family, type, proto);
  try {
    sock.settimeout(timeout);
    if (sourceAddress !== undefined) sock.bind(sourceAddress);
    return sock;
  } catch (error) {
    sock.close();
    throw error;
  }
}

/** A failed address gives way to the next; an aborted signal or a wrong argument does not. */
function collect(errors: OSError[], error: unknown, signal: AbortSignal | undefined): void {
  if (!(error instanceof OSError) || signal?.aborted) throw error;
  errors.push(error);
}

function failure(errors: OSError[], { allErrors = false }: CreateConnectionOptions): Error {
  if (errors.length === 0) return new OSError('getaddrinfo returned no addresses');
  if (allErrors) return new ExceptionGroup('createConnection failed', errors);
  return errors.at(-1) as OSError;
}
