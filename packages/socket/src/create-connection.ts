/**
 * Connecting by name: tries the addresses in turn, the next one also when the last takes its time ("happy eyeballs").
 *
 * https://docs.python.org/3/library/socket.html#socket.create_connection · RFC 8305
 */
import { ExceptionGroup, OSError } from '@p8/errors';
import { constants } from '@p8/syscall';
import type { Address } from './address.ts';
import { hostAndPort } from './address/internet.ts';
import { race, raceSync } from './connection-race.ts';
import type { Attempt } from './connection-race.ts';
import { getdefaulttimeout } from './default-timeout.ts';
import { deadlineAfter } from './deadline.ts';
import { getaddrinfo, getaddrinfoSync } from './resolve.ts';
import type { ResolvedAddress } from './resolve.ts';
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
  /**
   * How long one address is tried alone before the next is tried as well, in seconds; 0.25 unless given, as RFC 8305
   * advises. The families of the addresses take turns then. null tries one after the other, in the resolver's order.
   */
  readonly happyEyeballsDelay?: Seconds | null;
}

const DEFAULT_DELAY = 0.25;

/**
 * A stream socket connected to `[host, port]`, to the address of the host that answers first. Waits for the look-up and
 * the connections. Raises gaierror for an unknown name, and the error of the last address (or all of them, see
 * `allErrors`).
 */
export async function createConnection(address: Address, options: CreateConnectionOptions = {}): Promise<Socket> {
  const limits = new Limits(options);
  const [host, port] = hostAndPort(address, 'createConnection');
  const { signal } = options;
  const answers = await getaddrinfo(host, port, 0, constants.SOCK_STREAM, 0, 0, { timeout: limits.left(), signal });
  const attempts = limits.order(answers).map((answer) => new Connecting(answer, limits, options));
  const [sock, errors] = await race(attempts, limits.delay, signal);
  return finished(sock, errors, limits, options);
}

/** As {@link createConnection}, blocking. */
export function createConnectionSync(address: Address, options: Omit<CreateConnectionOptions, 'signal'> = {}): Socket {
  const limits = new Limits(options);
  const [host, port] = hostAndPort(address, 'createConnectionSync');
  const answers = getaddrinfoSync(host, port, 0, constants.SOCK_STREAM, 0, 0, { timeout: limits.left() });
  const attempts = limits.order(answers).map((answer) => new Connecting(answer, limits, options));
  const [sock, errors] = raceSync(attempts, limits.delay);
  return finished(sock, errors, limits, options);
}

function finished(
  sock: Socket | undefined,
  errors: OSError[],
  { timeout }: Limits,
  { allErrors = false }: CreateConnectionOptions,
): Socket {
  if (sock !== undefined) {
    sock.settimeout(timeout);
    return sock;
  }
  if (errors.length === 0) throw new OSError('getaddrinfo returned no addresses');
  throw allErrors ? new ExceptionGroup('createConnection failed', errors) : errors.at(-1);
}

/** The limit of one address, within the limit of all of it. */
class Limits {
  readonly timeout: Seconds | null;
  readonly delay: Seconds | null;
  readonly #deadline: number;

  constructor({ timeout, totalTimeout, happyEyeballsDelay = DEFAULT_DELAY }: CreateConnectionOptions) {
    this.timeout = timeout === undefined ? getdefaulttimeout() : checkTimeout(timeout);
    this.delay = checkTimeout(happyEyeballsDelay, 'happyEyeballsDelay');
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

  order(answers: ResolvedAddress[]): ResolvedAddress[] {
    return this.delay === null ? answers : interleaved(answers);
  }
}

/** One address after the other of each family, beginning with the resolver's first: RFC 8305, section 4. */
export function interleaved(answers: readonly ResolvedAddress[]): ResolvedAddress[] {
  const families = [...new Set(answers.map(([family]) => family))];
  const queues = families.map((wanted) => answers.filter(([family]) => family === wanted));
  const turns = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => queues.flatMap((queue) => queue.slice(turn, turn + 1))).flat();
}

/** One address, to be tried. */
class Connecting implements Attempt {
  readonly #answer: ResolvedAddress;
  readonly #limits: Limits;
  readonly #options: CreateConnectionOptions;

  constructor(answer: ResolvedAddress, limits: Limits, options: CreateConnectionOptions) {
    this.#answer = answer;
    this.#limits = limits;
    this.#options = options;
  }

  get address(): Address {
    return this.#answer[4];
  }

  /** A socket with the limit that is left for it, bound to the source address. */
  open(): Socket {
    const timeout = this.#limits.next();
    const [family, type, proto] = this.#answer;
    const sock = new Socket(family, type, proto);
    const { sourceAddress } = this.#options;
    try {
      sock.settimeout(timeout);
      if (sourceAddress !== undefined) sock.bind(sourceAddress);
      return sock;
    } catch (error) {
      sock.close();
      throw error;
    }
  }
}
