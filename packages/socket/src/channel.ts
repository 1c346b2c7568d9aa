/**
 * One open descriptor: who waits to read from it and who waits to write to it, in the order they came.
 *
 *     recv() ──▶ try ── EAGAIN ──▶ Waiter in the queue ──▶ WANT (shared memory)
 *                                        ▲                      │
 *        promise settles ◀── received() ─┴── readable() ◀── reactor
 *
 * Only the first of a queue is tried; the others wait behind it, so that calls end in the order they began.
 */
import { OSError } from '@p8/errors';
import { memory, syscalls } from '@p8/syscall';
import type { ByteChannel, Sending } from './byte-channel.ts';
import { deadlineAfter, watchDeadline } from './deadline.ts';
import { giveBack, take } from './lent-memory.ts';
import { ReceiveView } from './operations.ts';
import { SendAll } from './send-operations.ts';
import { closedDuring, explained, failure, finish, lending, overtaking, settled } from './outcome.ts';
import * as reactor from './reactor.ts';
import type { Watcher } from './reactor.ts';
import { isTurnOver, postpone } from './turn.ts';
import { Unread } from './unread.ts';
import { WaitQueue } from './wait-queue.ts';
import type { Waiter } from './wait-queue.ts';
import { blockUntilReady, EAGAIN, POLLIN, POLLOUT, POLLPRI, timedOut, wouldBlock } from './wait.ts';
import type { Seconds, WaitOptions } from './wait.ts';

/** A call that may have to wait: tried when it is made, and again whenever its descriptor is ready. */
export interface Operation<T> {
  /** The name in errors. */
  readonly call: string;
  /** How many bytes were asked for, where fewer mean that the socket is drained. */
  readonly size?: number;
  /** How many messages were asked for, where fewer mean the same. */
  readonly messages?: number;
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

/** The name of a `recv` that the reactor or {@link Channel} itself carries out. */
const RECEIVE: Operation<Buffer> = {
  call: 'recv',
  run: () => -EAGAIN,
  finish: reactor.lastReceived,
};
const TRUSTED = memory.ENDED | memory.DISTRUSTED;

export class Channel implements Watcher, ByteChannel {
  readonly fd: number;
  readonly #kind: number;
  readonly #slot: number;
  readonly #state: number;
  #watched = 0;
  #closed = false;
  /** The last blocking call has received less than it had room for. */
  #drained = false;
  /** Made by the first call that leaves something here. */
  #unread: Unread | undefined;
  /** What the last view was made of. */
  #lent: ArrayBuffer | undefined;
  readonly #readers: WaitQueue = new WaitQueue(true);
  /** Made by the first call that waits to write. */
  #writers: WaitQueue | undefined;

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
    for (let reader = this.#readers.first; reader !== undefined; reader = reader.next) {
      if (reader.operation instanceof ReceiveView) throw lending();
    }
    if (this.#lent !== undefined) giveBack(this.#lent);
    this.#lent = undefined;
  }

  /** Does the operation now, or when something can be read; `owner` is kept alive meanwhile. */
  read<T>(owner: object, operation: Operation<T>, timeout: Seconds | null, options?: WaitOptions): Promise<T> {
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason as Error);
    if (this.#readers.first === undefined && (timeout === 0 || this.#mayBeReadable())) {
      if (timeout !== 0 && isTurnOver())
        return this.#waitForTurn(this.#readers, owner, operation, -1, timeout, options);
      const value = this.#run(operation);
      if (value !== -EAGAIN) return settled(operation, value);
      this.#clear(memory.READABLE);
    }
    if (timeout === 0) return Promise.reject(explained(operation, wouldBlock(operation.call)));
    return this.#wait(this.#readers, owner, operation, operation.want ?? -1, timeout, options);
  }

  /** `recv` into the reactor's memory; a stream's is carried out by the reactor when it has to wait. */
  receive(owner: object, size: number, timeout: Seconds | null, options?: WaitOptions): Promise<Buffer> {
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason as Error);
    if (this.#readers.first === undefined && (timeout === 0 || this.#mayBeReadable())) {
      if (timeout !== 0 && isTurnOver())
        return this.#waitForTurn(this.#readers, owner, RECEIVE, size, timeout, options);
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
    return this.#wait(this.#readers, owner, RECEIVE, size, timeout, options);
  }

  /** Does the operation now, or when something can be written. */
  write<T>(owner: object, operation: Operation<T>, timeout: Seconds | null, options?: WaitOptions): Promise<T> {
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason as Error);
    if (!this.writing) {
      if (timeout !== 0 && isTurnOver())
        return this.#waitForTurn(this.#waitingWriters(), owner, operation, -1, timeout, options);
      const value = operation.run();
      if (value !== -EAGAIN) return settled(operation, value);
    }
    if (timeout === 0) return Promise.reject(explained(operation, wouldBlock(operation.call)));
    return this.#wait(this.#waitingWriters(), owner, operation, -1, timeout, options);
  }

  /** Waits until something can be written, without trying first. */
  writeLater<T>(owner: object, operation: Operation<T>, timeout: Seconds | null, options?: WaitOptions): Promise<T> {
    return this.#wait(this.#waitingWriters(), owner, operation, -1, timeout, options);
  }

  /** Whether writers wait: a further send must queue behind them. */
  get writing(): boolean {
    return this.#writers?.first !== undefined;
  }

  readSync<T>(operation: Operation<T>, timeout: Seconds | null): T {
    if (this.#readers.first !== undefined) throw overtaking(operation.call, 'receive');
    return this.#block(operation, POLLIN, timeout);
  }

  /** As {@link readSync}, for what is not ordinary data: those who wait for that are not overtaken. */
  readAsideSync<T>(operation: Operation<T>, timeout: Seconds | null): T {
    return this.#block(operation, POLLPRI, timeout);
  }

  writeSync<T>(operation: Operation<T>, timeout: Seconds | null): T {
    if (this.writing) throw overtaking(operation.call, 'send');
    return this.#block(operation, POLLOUT, timeout);
  }

  /** Says whether what waits keeps the program alive. */
  set holding(holding: boolean) {
    this.#readers.holding = holding;
    if (this.#writers !== undefined) this.#writers.holding = holding;
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

  /** Closes the descriptor, a duplicate of which lives on in another thread; everything that waits is rejected. */
  abandon(): void {
    this.#closed = true;
    reactor.abandon(this.#slot);
    this.#rejectAll();
  }

  received(outcome: number, data: Buffer): void {
    const waiter = this.#readers.shift();
    if (outcome < 0) waiter?.reject(failure(waiter.operation, outcome));
    else waiter?.resolve(data as never);
    if (this.#readers.first !== undefined) this.readable();
  }

  receivedLent(count: number, place: number): void {
    const block = take(place);
    this.lend(block);
    this.received(count, reactor.viewOf(block, 0, count));
  }

  /** Serves readers for as long as something may be read, then asks the reactor for the next. */
  readable(): void {
    const readers = this.#readers;
    while (readers.first !== undefined) {
      if (this.#mayBeReadable() && this.#attempt(readers, readers.first)) continue;
      this.#clear(memory.READABLE);
      this.#setWant(readers.first);
      return;
    }
  }

  writable(): void {
    const writers = this.#writers;
    if (writers === undefined) return;
    while (writers.first !== undefined) {
      if (!this.#attempt(writers, writers.first)) {
        this.#awaitWritable();
        return;
      }
    }
  }

  expire(now: number): number {
    let next = Infinity;
    for (const queue of [this.#readers, this.#writers]) {
      for (let waiter = queue?.first; waiter !== undefined; waiter = waiter.next) {
        const { deadline, operation } = waiter;
        if (deadline === undefined) continue;
        if (deadline > now) next = Math.min(next, deadline);
        else this.#cancel(queue as WaitQueue, waiter, explained(operation, timedOut(operation.call)));
      }
    }
    return next;
  }

  #waitingWriters(): WaitQueue {
    return (this.#writers ??= new WaitQueue(this.#readers.holding));
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
    if (operation.messages !== undefined && value < operation.messages) this.#noteDrained(value);
    return value;
  }

  /** Fewer bytes than asked for mean that no more are there, except where the kernel stops early. */
  #noteShortRead(count: number, size: number | undefined): void {
    if (this.#kind === memory.KIND_TCP && size !== undefined && count < size) this.#noteDrained(count);
  }

  #noteDrained(count: number): void {
    if (count >= 0 && ((reactor.words[this.#state] as number) & TRUSTED) === 0) this.#clear(memory.READABLE);
  }

  #clear(bit: number): void {
    reactor.words[this.#state] = (reactor.words[this.#state] as number) & ~bit;
  }

  #wait<T>(
    queue: WaitQueue,
    owner: object,
    operation: Operation<T>,
    want: number,
    timeout: Seconds | null,
    options: WaitOptions | undefined,
  ): Promise<T> {
    const signal = options?.signal;
    const failed = this.#watch(queue !== this.#readers);
    if (failed < 0) return Promise.reject(failure(operation, failed));
    const deadline = timeout === null ? undefined : deadlineAfter(timeout);
    if (deadline !== undefined) watchDeadline(deadline);
    const promise = queue.push(owner, operation, want, deadline);
    if (signal !== undefined) this.#listen(queue, queue.last as Waiter, signal);
    if (queue.first === queue.last) {
      if (queue === this.#readers) this.#setWant(queue.first);
      else this.#awaitWritable();
    }
    return promise;
  }

  /** Waits although the call would succeed: others are served before it is tried. */
  #waitForTurn<T>(
    queue: WaitQueue,
    owner: object,
    operation: Operation<T>,
    want: number,
    timeout: Seconds | null,
    options: WaitOptions | undefined,
  ): Promise<T> {
    postpone(() => (queue === this.#readers ? this.readable() : this.writable()));
    return this.#wait(queue, owner, operation, want, timeout, options);
  }

  #watch(write: boolean): number {
    const wanted = write ? 2 : 1;
    if (this.#watched >= wanted) return 0;
    const outcome = syscalls.reactorWatch(this.#slot, write ? 1 : 0);
    if (outcome === 0) this.#watched = wanted;
    return outcome;
  }

  #listen(queue: WaitQueue, waiter: Waiter, signal: AbortSignal): void {
    const abort = (): void => this.#cancel(queue, waiter, signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    waiter.unlisten = () => signal.removeEventListener('abort', abort);
  }

  /** Tries the first waiter of a queue; returns whether it has ended. */
  #attempt(queue: WaitQueue, waiter: Waiter): boolean {
    const { operation, want } = waiter;
    const received = operation === RECEIVE;
    if (received && this.#unread !== undefined && this.#unread.length > 0) {
      queue.shift();
      waiter.resolve(this.#unread.take(want) as never);
      return true;
    }
    const value = received ? reactor.receiveNow(this.fd, want) : this.#run(operation);
    if (value === -EAGAIN) return false;
    if (received) this.#noteShortRead(value, want);
    queue.shift();
    if (value < 0) waiter.reject(failure(waiter.operation, value));
    else finish(waiter, value);
    return true;
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

  #cancel(queue: WaitQueue, waiter: Waiter, reason: unknown): void {
    if (queue.first === waiter) {
      queue.shift();
      if (queue === this.#readers) {
        this.#setWant(undefined);
        this.readable();
      } else if (queue.first === undefined) this.#clear(memory.WRITE_WAIT);
      else this.writable();
    } else queue.unlink(waiter);
    waiter.reject(reason);
  }

  #rejectAll(): void {
    for (const queue of [this.#readers, this.#writers]) {
      for (let waiter = queue?.shift(); waiter !== undefined; waiter = queue?.shift()) {
        waiter.reject(explained(waiter.operation, closedDuring(waiter.operation.call)));
      }
    }
  }

  #block<T>(operation: Operation<T>, events: number, timeout: Seconds | null): T {
    let deadline = -1;
    // a stream that the last read has emptied is asked only when it has something again
    const isEmpty = this.#drained && this.unreadLength === 0 && events === POLLIN;
    let value = isEmpty && timeout !== 0 ? -EAGAIN : this.#try(operation);
    for (;;) {
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
      value = this.#try(operation);
    }
  }

  /** One try of a blocking call, which notes whether the next is worth one before it waits. */
  #try(operation: Operation<unknown>): number {
    const value = this.#run(operation);
    const { size } = operation;
    if (size !== undefined) this.#drained = this.#kind !== memory.KIND_OTHER && value < size;
    return value;
  }
}
