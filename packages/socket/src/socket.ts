/**
 * A Berkeley socket: Python's `socket.socket`, with promises, and with blocking twins that end in `Sync`.
 *
 * https://docs.python.org/3/library/socket.html#socket-objects · socket(2), socket(7), tcp(7), udp(7), unix(7)
 */
import type { Server as NetServer, Socket as NetSocket } from 'node:net';
import { OSError } from '@p8/errors';
import { importable, reducible } from '@p8/pickle';
import type { PassedFd } from '@p8/pickle';
import { syscalls } from '@p8/syscall';
import type { Address } from './address.ts';
import type { Channel } from './channel.ts';
import { connect, connectSync } from './connect.ts';
import { check } from './descriptor.ts';
import { READY } from './open-socket.ts';
import { Accept } from './operations.ts';
import { takeFromNet } from './from-net.ts';
import { hostAddress } from './resolve.ts';
import { MessageSocket } from './message-socket.ts';
import { toNet } from './to-net.ts';
import type { ToNetOptions } from './to-net.ts';
import { reduced } from './travel.ts';
import type { Seconds, WaitOptions } from './wait.ts';

let giveUnread: (socket: Socket, bytes: Buffer) => void;

/**
 * An endpoint of communication.
 *
 * For callers: `bind`, `listen`, `accept`, `connect`, `recv`, `send` and their kin; `close`, or `using`. A call that may
 * wait returns a promise, takes `{ signal }`, and is bounded as a whole by {@link settimeout}; its twin in `Sync` blocks
 * the thread. Every failed call raises the OSError of its errno; a call on a closed socket raises EBADF, and closing
 * rejects what waits. A socket in a message to another thread or process (see @p8/pickle) moves there: it is closed here.
 */
export class Socket extends MessageSocket {
  static {
    giveUnread = (socket, bytes) => {
      if (bytes.length > 0) socket.open('recv').unread.append(bytes);
    };
    reducible(Socket, (socket) => reduced(socket, socket.open('reduce'), receiveSocket, () => socket.abandon()));
  }

  // ---- connections

  /** The next connection and its peer; waits for one. The new socket has the default timeout. */
  accept(options?: WaitOptions): Promise<[Socket, Address]> {
    return this.waiting('accept', (channel) => channel.read(this, accepting(this, channel), this.timeLimit, options));
  }

  acceptSync(): [Socket, Address] {
    const channel = this.open('accept');
    return channel.readSync(accepting(this, channel), this.timeLimit);
  }

  /**
   * Connects to an address: connect(2). A host name is looked up first, within the same time limit; for a choice among
   * several addresses take `createConnection`. Raises gaierror for an unknown name, ConnectionRefusedError, TimeoutError.
   */
  async connect(address: Address, options?: WaitOptions): Promise<void> {
    const errno = await this.connectEx(address, options);
    if (errno !== 0) throw new OSError(errno, { syscall: 'connect', address });
  }

  connectSync(address: Address): void {
    const errno = this.connectExSync(address);
    if (errno !== 0) throw new OSError(errno, { syscall: 'connect', address });
  }

  /** As {@link connect}, but returns the errno of connect(2), 0 for success; other errors are raised all the same. */
  async connectEx(address: Address, options?: WaitOptions): Promise<number> {
    this.open('connect');
    const timeout = this.timeLimit;
    const started = performance.now();
    const sockaddr =
      this.sockaddrOf(address, 'connect') ??
      (await hostAddress(this.family, address, { timeout: timeout || null, signal: options?.signal }));
    const left = timeout ? Math.max(timeout - (performance.now() - started) / 1000, Number.MIN_VALUE) : timeout;
    return connect(this, this.open('connect'), sockaddr, left, options);
  }

  connectExSync(address: Address): number {
    const channel = this.open('connect');
    return connectSync(channel, this.resolveSync(address, 'connect'), this.timeLimit);
  }

  /** A second socket on a duplicate of the descriptor, with the same timeout: dup(2). */
  dup(): Socket {
    const fileno = check(syscalls.dup(this.open('dup').fd), 'dup');
    const copy = new Socket(this.family, this.type, this.proto, { fileno });
    copy.timeLimit = this.timeLimit;
    return copy;
  }

  // ---- the event loop

  /** Lets the program end although calls wait on this socket, until {@link ref}. Nothing on a closed one. */
  unref(): this {
    if (this.channel !== undefined) this.channel.holding = false;
    return this;
  }

  /** Takes {@link unref} back: what waits keeps the program alive, as it does from the beginning. */
  ref(): this {
    if (this.channel !== undefined) this.channel.holding = true;
    return this;
  }

  // ---- node:net

  /**
   * The connection of a `net.Socket`, or the listener of a `net.Server`, as a socket: what Node had received already is
   * received first. `source` is destroyed, and its peer does not notice. Raises ValueError while it connects or has something
   * to write, TypeError for a TLSSocket.
   */
  static fromNet(source: NetSocket | NetServer): Socket {
    const { fileno, unread } = takeFromNet(source);
    const socket = new Socket(undefined, undefined, undefined, { fileno });
    giveUnread(socket, unread);
    return socket;
  }

  /**
   * The connection as a `net.Socket`, which reads what was received and not read first; this object is closed. Raises
   * ValueError for a listener and for what node:net does not know, OSError (ENOTCONN) where nothing is connected.
   */
  toNet(options?: ToNetOptions): NetSocket {
    return toNet(this, options);
  }
}

function accepting({ family, type, proto }: Socket, channel: Channel): Accept<[Socket, Address]> {
  return new Accept(channel.fd, (fileno, address) => [fresh(fileno, family, type, proto), address]);
}

/** A socket on a descriptor of our own making. */
export function fresh(fileno: number, family: number, type: number, proto: number): Socket {
  const options = { fileno, [READY]: true };
  return new Socket(family, type, proto, options);
}

/** The socket of a message, for the first that asks: see `travel.ts`. */
export function receiveSocket(
  passed: PassedFd,
  family: number,
  type: number,
  proto: number,
  timeout: Seconds | null,
  unread: Uint8Array,
): Socket {
  const socket = fresh(passed.take(), family, type, proto);
  socket.settimeout(timeout);
  giveUnread(socket, Buffer.from(unread));
  return socket;
}

// in a bundle nobody exports it
importable(import.meta, { receiveSocket });
