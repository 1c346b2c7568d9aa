/**
 * One open descriptor: who waits to read from it and who waits to write to it, in the order they came.
 *
 *     recv() ──▶ try ── EAGAIN ──▶ Waiter in the queue ──▶ WANT (shared memory)
 *                                        ▲                      │
 *        promise settles ◀── received() ─┴── readable() ◀── reactor
 *
 * Only the first of a queue is tried; the others wait behind it, so that calls end in the order they began.
 */
import { OSError, RuntimeError } from '@p8/errors';
import { memory, syscalls } from '@p8/syscall';
import type { ByteChannel, Sending } from './byte-channel.ts';
import { deadlineAfter, watchDeadline } from './deadline.ts';
import { giveBack, take } from './lent-memory.ts';
import { ReceiveView, SendAll } from './operations.ts';
import * as reactor from './reactor.ts';
import type { Watcher } from './reactor.ts';
import { isTurnOver, postpone } from './turn.ts';
import { Unread } from './unread.ts';
import { blockUntilReady, EAGAIN, EBADF, POLLIN, POLLOUT, POLLPRI, timedOut, wouldBlock } from './wait.ts';
import type { Seconds, WaitOptions } from './wait.ts';

/** A call that may have to wait: tried when it is made, and again whenever its descriptor is ready. */
export interface Operation<T> {
  /** The name in errors. */
  readonly call: string;
  /** How many bytes were asked for, where fewer mean that the socket is drained. */
  readonly size?: number;
  /** What the reactor is to do when the operation has to wait, where it can do it by itself: see WANT of the shared memory. */
  readonly want?: number;
  /** One try: a value, or minus errno; -EAGAIN waits. */
  run(): number;
  /** The same from what was received before, which is not empty; every operation that receives bytes has one. */
  takeFrom?(unread: Unread): number;
  /** The result of a value. */
  finish(value: number): T;
  /** Completes the error of a failed call. */
  explain?(error: OSError): OSError;
}

interface Waiter {
  /** Keeps the socket from being collected, and so closed, while a call waits on it. */
  readonly owner: object;
  readonly operation: Operation<unknown>;
  /** What the reactor is to do for it: -1, tell when it can be tried. */
  readonly want: number;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  readonly deadline: number;
  next: Waiter | undefined;
  unlisten: (() => void) | undefined;
}

type Direction = 'read' | 'write';

/** The name of a `recv` that the reactor or {@link Channel} itself carries out. */
const RECEIVE: Operation<Buffer> = {
  call: 'recv',
  run: () => -EAGAIN,
  finish: reactor.lastReceived,
};
const ONE_VIEW =
  'recvView(): another recvView waits on this socket; a socket lends one view at a time, so await that first';
const TRUSTED = memory.ENDED | memory.DISTRUSTED;

/** The functions of the promise made last. One executor for all promises spares each a closure. */
let resolve: (value: never) => void;
let reject: (error: unknown) => void;
function capture(resolvePromise: (value: never) => void, rejectPromise: (error: unknown) => void): void {
  resolve = resolvePromise;
  reject = rejectPromise;
}

export class Channel implements Watcher, ByteChannel {
  readonly fd: number;
  readonly #kind: number;
  readonly #slot: number;
  readonly #state: number;
  #watched = 0;
  #closed = false;
  /** Made by the first call that leaves something here. */
  #unread: Unread | undefined;
  /** What the last view was made of. */
  #lent: ArrayBuffer | undefined;
  #firstReader: Waiter | undefined;
  #lastReader: Waiter | undefined;
  #firstWriter: Waiter | undefined;
  #lastWriter: Waiter | undefined;

  constructor(fd: number, kind: number) {
    this.fd = fd;
    this.#kind = kind;
    this.#slot = reactor.add(fd, kind, this);
    this.#state = reactor.rowOf(this.#slot) + memory.STATE;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** What was received before; see {@link ByteChannel}. */
  get unread(): Unread {
    return (this.#unread ??= new Unread());
  }

  /** How many bytes were received and not yet given to anybody. */
  get unreadLength(): number {
    return this.#unread === undefined ? 0 : this.#unread.length;
  }

  fill(size: number): number {
    const { unread } = this;
    const { room } = unread;
    if (room.length === 0) {
      const count = reactor.receiveNow(this.fd, Math.min(size, reactor.MOST_FROM_SLAB));
      if (count > 0) unread.append(reactor.lastReceived(count));
      return count;
    }
    const count = syscalls.recv(this.fd, room, 0, Math.min(size, room.length), 0);
    if (count > 0) unread.grow(count);
    return count;
  }

  peek(size: number): Buffer | number {
    const count = reactor.peekNow(this.fd, Math.min(size, reactor.MOST_FROM_SLAB));
    return count < 0 ? count : reactor.lastReceived(count);
  }

  sending(data: Uint8Array, call: string): Sending {
    return new SendAll(this.fd, data, 0, 0, call);
  }

  /** A block is the user's until the next call of {@link takeBack}. */
  lend(block: ArrayBuffer): void {
    this.#lent = block;
  }

  /** Takes the block that was lent last from its user. Raises RuntimeError where a call waits that will lend the next. */
  takeBack(): void {
    for (let reader = this.#firstReader; reader !== undefined; reader = reader.next) {
      if (reader.operation instanceof ReceiveView) throw new RuntimeError(ONE_VIEW);
    }
    if (this.#lent !== undefined) giveBack(this.#lent);
    this.#lent = undefined;
  }

  /** Does the operation now, or when something can be read; `owner` is kept alive meanwhile. */
  read<T>(owner: object, operation: Operation<T>, timeout: Seconds | null, options?: WaitOptions): Promise<T> {
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason as Error);
    if (this.#firstReader === undefined && (timeout === 0 || this.#mayBeReadable())) {
      if (timeout !== 0 && isTurnOver()) return this.#waitForTurn('read', owner, operation, -1, timeout, options);
      const value = this.#run(operation);
      if (value !== -EAGAIN) return settled(operation, value);
      this.#clear(memory.READABLE);
    }
    if (timeout === 0) return Promise.reject(explained(operation, wouldBlock(operation.call)));
    return this.#wait('read', owner, operation, operation.want ?? -1, timeout, options);
  }

  /** `recv` into the reactor's memory; a stream's is carried out by the reactor when it has to wait. */
  receive(owner: object, size: number, timeout: Seconds | null, options?: WaitOptions): Promise<Buffer> {
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason as Error);
    if (this.#firstReader === undefined && (timeout === 0 || this.#mayBeReadable())) {
      if (timeout !== 0 && isTurnOver()) return this.#waitForTurn('read', owner, RECEIVE, size, timeout, options);
      if (this.#unread !== undefined && this.#unread.length > 0) return Promise.resolve(this.#unread.take(size));
      const count = reactor.receiveNow(this.fd, size);
      if (count !== -EAGAIN) {
        if (count < 0) return Promise.reject(failure(RECEIVE, count));
        this.#noteShortRead(count, size);
        return Promise.resolve(reactor.lastReceived(count));
      }
      this.#clear(memory.READABLE);
    }
    if (timeout === 0) return Promise.reject(wouldBlock(RECEIVE.call));
    return this.#wait('read', owner, RECEIVE, size, timeout, options);
  }

  /** Does the operation now, or when something can be written. */
  write<T>(owner: object, operation: Operation<T>, timeout: Seconds | null, options?: WaitOptions): Promise<T> {
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason as Error);
    if (this.#firstWriter === undefined) {
      if (timeout !== 0 && isTurnOver()) return this.#waitForTurn('write', owner, operation, -1, timeout, options);
      const value = operation.run();
      if (value !== -EAGAIN) return settled(operation, value);
    }
    if (timeout === 0) return Promise.reject(explained(operation, wouldBlock(operation.call)));
    return this.#wait('write', owner, operation, -1, timeout, options);
  }

  /** Waits until something can be written, without trying first. */
  writeLater<T>(owner: object, operation: Operation<T>, timeout: Seconds | null, options?: WaitOptions): Promise<T> {
    return this.#wait('write', owner, operation, -1, timeout, options);
  }

  /** Whether writers wait: a further send must queue behind them. */
  get writing(): boolean {
    return this.#firstWriter !== undefined;
  }

  readSync<T>(operation: Operation<T>, timeout: Seconds | null): T {
    if (this.#firstReader !== undefined) throw overtaking(operation.call, 'receive');
    return this.#block(operation, POLLIN, timeout);
  }

  /** As {@link readSync}, for what is not ordinary data: those who wait for that are not overtaken. */
  readAsideSync<T>(operation: Operation<T>, timeout: Seconds | null): T {
    return this.#block(operation, POLLPRI, timeout);
  }

  writeSync<T>(operation: Operation<T>, timeout: Seconds | null): T {
    if (this.#firstWriter !== undefined) throw overtaking(operation.call, 'send');
    return this.#block(operation, POLLOUT, timeout);
  }

  /** Closes the descriptor; everything that waits is rejected. Returns 0 or minus errno. */
  close(): number {
    this.#closed = true;
    const outcome = reactor.close(this.#slot);
    this.#rejectAll();
    return outcome;
  }

  /** Lets go of the descriptor, which stays open; everything that waits is rejected. */
  detach(): void {
    this.#closed = true;
    reactor.release(this.#slot);
    this.#rejectAll();
  }

  received(outcome: number, data: Buffer): void {
    const waiter = this.#shift('read');
    if (outcome < 0) waiter?.reject(failure(waiter.operation, outcome));
    else waiter?.resolve(data as never);
    if (this.#firstReader !== undefined) this.#nextReader();
  }

  receivedLent(count: number, place: number): void {
    const block = take(place);
    this.lend(block);
    this.received(count, reactor.viewOf(block, 0, count));
  }

  readable(): void {
    this.#nextReader();
  }

  writable(): void {
    while (this.#firstWriter !== undefined) {
      if (!this.#attempt('write', this.#firstWriter)) {
        this.#awaitWritable();
        return;
      }
    }
  }

  expire(now: number): number {
    return Math.min(
      this.#expireQueue('read', this.#firstReader, now),
      this.#expireQueue('write', this.#firstWriter, now),
    );
  }

  #expireQueue(direction: Direction, first: Waiter | undefined, now: number): number {
    let next = Infinity;
    for (let waiter = first; waiter !== undefined; waiter = waiter.next) {
      if (waiter.deadline > now) next = Math.min(next, waiter.deadline);
      else this.#cancel(direction, waiter, explained(waiter.operation, timedOut(waiter.operation.call)));
    }
    return next;
  }

  /** Whether a receive has a chance; a descriptor that is not watched has not told yet. */
  #mayBeReadable(): boolean {
    if (this.#watched === 0 || ((reactor.words[this.#state] as number) & memory.READABLE) !== 0) return true;
    return this.#unread !== undefined && this.#unread.length > 0;
  }

  /** One try of an operation that reads. */
  #run(operation: Operation<unknown>): number {
    const unread = this.#unread;
    if (unread !== undefined && unread.length > 0 && operation.takeFrom !== undefined) {
      return operation.takeFrom(unread);
    }
    const value = operation.run();
    this.#noteShortRead(value, operation.size);
    return value;
  }

  /** Fewer bytes than asked for mean that no more are there, except where the kernel stops early. */
  #noteShortRead(count: number, size: number | undefined): void {
    if (this.#kind !== memory.KIND_TCP || size === undefined || count < 0 || count >= size) return;
    if (((reactor.words[this.#state] as number) & TRUSTED) === 0) this.#clear(memory.READABLE);
  }

  #clear(bit: number): void {
    reactor.words[this.#state] = (reactor.words[this.#state] as number) & ~bit;
  }

  #wait<T>(
    direction: Direction,
    owner: object,
    operation: Operation<T>,
    want: number,
    timeout: Seconds | null,
    options: WaitOptions | undefined,
  ): Promise<T> {
    const signal = options?.signal;
    const failed = this.#watch(direction === 'write');
    if (failed < 0) return Promise.reject(failure(operation, failed));
    const deadline = timeout === null ? Infinity : deadlineAfter(timeout);
    if (deadline !== Infinity) watchDeadline(deadline);
    const promise = new Promise<T>(capture);
    const waiter: Waiter = {
      owner,
      operation,
      want,
      resolve,
      reject,
      deadline,
      next: undefined,
      unlisten: undefined,
    };
    if (signal !== undefined) this.#listen(direction, waiter, signal);
    this.#push(direction, waiter);
    return promise;
  }

  /** Waits although the call would succeed: others are served before it is tried. */
  #waitForTurn<T>(
    direction: Direction,
    owner: object,
    operation: Operation<T>,
    want: number,
    timeout: Seconds | null,
    options: WaitOptions | undefined,
  ): Promise<T> {
    postpone(() => (direction === 'read' ? this.#nextReader() : this.writable()));
    return this.#wait(direction, owner, operation, want, timeout, options);
  }

  #watch(write: boolean): number {
    const wanted = write ? 2 : 1;
    if (this.#watched >= wanted) return 0;
    const outcome = syscalls.reactorWatch(this.#slot, write ? 1 : 0);
    if (outcome === 0) this.#watched = wanted;
    return outcome;
  }

  #listen(direction: Direction, waiter: Waiter, signal: AbortSignal): void {
    const abort = (): void => this.#cancel(direction, waiter, signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    waiter.unlisten = () => signal.removeEventListener('abort', abort);
  }

  #push(direction: Direction, waiter: Waiter): void {
    reactor.hold();
    if (direction === 'read') {
      if (this.#lastReader !== undefined) this.#lastReader.next = waiter;
      else {
        this.#firstReader = waiter;
        this.#setWant(waiter);
      }
      this.#lastReader = waiter;
    } else {
      if (this.#lastWriter !== undefined) this.#lastWriter.next = waiter;
      else {
        this.#firstWriter = waiter;
        this.#awaitWritable();
      }
      this.#lastWriter = waiter;
    }
  }

  #shift(direction: Direction): Waiter | undefined {
    const waiter = direction === 'read' ? this.#firstReader : this.#firstWriter;
    if (waiter === undefined) return undefined;
    if (direction === 'read') {
      this.#firstReader = waiter.next;
      if (waiter.next === undefined) this.#lastReader = undefined;
    } else {
      this.#firstWriter = waiter.next;
      if (waiter.next === undefined) this.#lastWriter = undefined;
    }
    this.#leave(waiter);
    return waiter;
  }

  #leave(waiter: Waiter): void {
    waiter.unlisten?.();
    reactor.letGo();
  }

  /** Tries the first waiter of a queue; returns whether it has ended. */
  #attempt(direction: Direction, waiter: Waiter): boolean {
    const { operation, want } = waiter;
    const received = operation === RECEIVE;
    if (received && this.#unread !== undefined && this.#unread.length > 0) {
      this.#shift(direction);
      waiter.resolve(this.#unread.take(want) as never);
      return true;
    }
    const value = received ? reactor.receiveNow(this.fd, want) : this.#run(operation);
    if (value === -EAGAIN) return false;
    if (received) this.#noteShortRead(value, want);
    this.#shift(direction);
    if (value < 0) waiter.reject(failure(waiter.operation, value));
    else finish(waiter, value);
    return true;
  }

  /** Serves readers for as long as something may be read, then asks the reactor for the next. */
  #nextReader(): void {
    while (this.#firstReader !== undefined) {
      if (this.#mayBeReadable() && this.#attempt('read', this.#firstReader)) continue;
      this.#clear(memory.READABLE);
      this.#setWant(this.#firstReader);
      return;
    }
  }

  /** Tells the reactor what the first reader waits for: bytes, or that something can be read. */
  #setWant(reader: Waiter | undefined): void {
    let want = reader === undefined ? 0 : reader.want;
    // a message must not be cut by the end of the slab
    if (want > 0 && want < memory.LEND && this.#kind === memory.KIND_OTHER) want = -1;
    reactor.words[this.#state - memory.STATE + memory.WANT] = want;
  }

  #awaitWritable(): void {
    reactor.words[this.#state] = (reactor.words[this.#state] as number) | memory.WRITE_WAIT;
  }

  #cancel(direction: Direction, waiter: Waiter, reason: unknown): void {
    const first = direction === 'read' ? this.#firstReader : this.#firstWriter;
    if (first === waiter) {
      this.#shift(direction);
      if (direction === 'read') {
        this.#setWant(undefined);
        this.#nextReader();
      } else if (this.#firstWriter === undefined) this.#clear(memory.WRITE_WAIT);
      else this.writable();
    } else this.#unlink(direction, first, waiter);
    waiter.reject(reason);
  }

  #unlink(direction: Direction, first: Waiter | undefined, waiter: Waiter): void {
    let before = first;
    while (before !== undefined && before.next !== waiter) before = before.next;
    if (before === undefined) return;
    before.next = waiter.next;
    if (waiter.next === undefined) {
      if (direction === 'read') this.#lastReader = before;
      else this.#lastWriter = before;
    }
    this.#leave(waiter);
  }

  #rejectAll(): void {
    for (const direction of ['read', 'write'] as const) {
      for (let waiter = this.#shift(direction); waiter !== undefined; waiter = this.#shift(direction)) {
        waiter.reject(explained(waiter.operation, closedDuring(waiter.operation.call)));
      }
    }
  }

  #block<T>(operation: Operation<T>, events: number, timeout: Seconds | null): T {
    let deadline = -1;
    for (;;) {
      const value = this.#run(operation);
      if (value >= 0) return operation.finish(value);
      if (value !== -EAGAIN) throw failure(operation, value);
      if (timeout === 0) throw explained(operation, wouldBlock(operation.call));
      // most calls do not wait, and need no clock
      if (deadline < 0) deadline = deadlineAfter(timeout);
      try {
        blockUntilReady(this.fd, events, deadline, operation.call);
      } catch (error) {
        throw error instanceof OSError ? explained(operation, error) : error;
      }
      // a listener for SIGINT may have closed the socket meanwhile
      if (this.#closed) throw explained(operation, closedDuring(operation.call));
    }
  }
}

/** The error of a call on a closed socket. */
export function closedError(call: string): OSError {
  return new OSError(EBADF, { syscall: call });
}

/** The error of a call that waits while its socket is closed. */
export function closedDuring(call: string): OSError {
  return new OSError(`[Errno ${EBADF}] Bad file descriptor: the socket was closed during ${call}()`, {
    errno: EBADF,
    syscall: call,
  });
}

function overtaking(call: string, what: string): RuntimeError {
  return new RuntimeError(
    `${call}Sync() would overtake a promise call that waits to ${what} on the same socket; await that first`,
  );
}

function settled<T>(operation: Operation<T>, value: number): Promise<T> {
  if (value < 0) return Promise.reject(failure(operation, value));
  try {
    return Promise.resolve(operation.finish(value));
  } catch (error) {
    return Promise.reject(error);
  }
}

function finish(waiter: Waiter, value: number): void {
  try {
    waiter.resolve(waiter.operation.finish(value) as never);
  } catch (error) {
    waiter.reject(error);
  }
}

function failure(operation: Operation<unknown>, outcome: number): OSError {
  return explained(operation, new OSError(outcome, { syscall: operation.call }));
}

function explained(operation: Operation<unknown>, error: OSError): OSError {
  return operation.explain?.(error) ?? error;
}
