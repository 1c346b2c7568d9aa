/**
 * The JavaScript half of the reactor: opens it on first use, and hands the results of each batch to the channels that
 * wait. The other half, and a drawing, are in packages/syscall/native/reactor.cc.
 */
import { markAsUntransferable } from 'node:worker_threads';
import { OSError } from '@p8/errors';
import { constants, memory, syscalls } from '@p8/syscall';
import { beginTurn } from './turn.ts';

/** Who owns a slot of the reactor. */
export interface Watcher {
  /** A receive for its first reader was made: a count, which is in `data`, or minus errno. */
  received(outcome: number, data: Buffer): void;
  /** The same into the lent block of a place. */
  receivedLent(count: number, place: number): void;
  /** Something can be read, or an error or the end is there. */
  readable(): void;
  writable(): void;
  /** Ends the calls whose time is over; returns the earliest limit of the others. */
  expire(now: number): number;
}

const SLAB_SIZE = 256 * 1024;
/** A slab with less room than this is replaced after a batch. */
const LEAST_ROOM = 64 * 1024;

/** What is received at the end of a stream. */
export const EMPTY: Buffer = Buffer.alloc(0);
/** Where `Buffer` takes its instances from; building one directly is twice as fast as `Buffer.from`. */
const FastBuffer = (
  Buffer as unknown as { [Symbol.species]: new (memory: ArrayBuffer, offset: number, length: number) => Buffer }
)[Symbol.species];

const watchers: (Watcher | undefined)[] = [];
const lookups = new Map<number, () => void>();

/** The words shared with the native half. */
export const words: Int32Array = open();
/** The memory that receives go to. Results are cut from it, so no part is used twice. */
let slabBytes: Uint8Array;
let slab: ArrayBuffer = newSlab();
let lastOffset = 0;
/** The slab that the results of the present batch are in: a receive of ours may begin a new one before all are delivered. */
let batchSlab: ArrayBuffer = slab;

/** Enters a descriptor into the table, which closes it at the latest when this thread ends. Returns its slot. */
export function add(fd: number, kind: number, watcher: Watcher): number {
  const slot = syscalls.reactorAdd(fd, kind);
  if (slot < 0) throw new OSError(slot, { syscall: 'socket' });
  watchers[slot] = watcher;
  return slot;
}

/** Closes the descriptor of a slot. Returns 0 or minus errno. */
export function close(slot: number): number {
  watchers[slot] = undefined;
  return syscalls.reactorClose(slot);
}

/** Takes a descriptor out of the table; it stays open. */
export function release(slot: number): number {
  watchers[slot] = undefined;
  return syscalls.reactorRelease(slot);
}

/** Closes the descriptor of a slot for this owner alone: a duplicate lives on. */
export function abandon(slot: number): void {
  watchers[slot] = undefined;
  syscalls.reactorAbandon(slot);
}

/** Where the row of a slot begins in {@link words}. */
export function rowOf(slot: number): number {
  return memory.ROWS + slot * memory.ROW_SIZE;
}

/** A call begins to wait: the program stays alive until it has ended. */
export function hold(): void {
  const pending = (words[memory.PENDING] as number) + 1;
  words[memory.PENDING] = pending;
  // inside a batch the native half looks at the count by itself, once, at the end
  if (pending === 1 && words[memory.INSIDE] === 0) syscalls.reactorRef();
}

/** A waiting call has ended. */
export function letGo(): void {
  const pending = (words[memory.PENDING] as number) - 1;
  words[memory.PENDING] = pending;
  if (pending === 0 && words[memory.INSIDE] === 0) syscalls.reactorRef();
}

/** Calls `done` when the look-up has ended. */
export function awaitLookup(id: number, done: () => void): void {
  lookups.set(id, done);
  hold();
}

/** Forgets a look-up. */
export function forgetLookup(id: number): void {
  if (lookups.delete(id)) letGo();
}

/** Receives into the slab without waiting: a count, to be fetched by {@link lastReceived}, or minus errno. */
export function receiveNow(fd: number, size: number): number {
  reserve(size);
  return commit(syscalls.recv(fd, slabBytes, lastOffset, size, 0));
}

/** As {@link receiveNow}, but leaves the bytes where they are; the next receive overwrites what was looked at. */
export function peekNow(fd: number, size: number): number {
  reserve(size);
  return syscalls.recv(fd, slabBytes, lastOffset, size, constants.MSG_PEEK);
}

/** As {@link receiveNow}, with the sender's address. */
export function receiveFromNow(fd: number, size: number, flags: number, address: Uint8Array): number {
  reserve(size);
  return commit(syscalls.recvfrom(fd, slabBytes, lastOffset, size, flags, address));
}

/** As {@link receiveFromNow}, for many datagrams: see `recvmmsg` of the system calls. */
export function receiveManyNow(
  fd: number,
  size: number,
  count: number,
  flags: number,
  addresses: Uint8Array,
  lengths: Int32Array,
): number {
  reserve(size * count);
  const received = syscalls.recvmmsg(fd, slabBytes, lastOffset, size, count, flags, addresses, lengths);
  let total = 0;
  for (let i = 0; i < received; i++) total += ((lengths[i] as number) + 7) & ~7;
  commit(total);
  return received;
}

/** What was just received, from `start` on. */
export function lastReceived(count: number, start = 0): Buffer {
  return viewOf(slab, lastOffset + start, count);
}

/** The most bytes that are received into the slab; more get memory of their own. */
export const MOST_FROM_SLAB: number = LEAST_ROOM;

/** The most room for a batch in the slab. */
export const MOST_OF_BATCH: number = SLAB_SIZE / 2;

/** So many bytes of a memory. */
export function viewOf(memory: ArrayBuffer, offset: number, count: number): Buffer {
  return count > 0 ? new FastBuffer(memory, offset, count) : EMPTY;
}

/** Has each watcher end the calls whose time is over; returns the earliest limit of the others. */
export function expireAll(now: number): number {
  let next = Infinity;
  for (const watcher of watchers) {
    if (watcher !== undefined) next = Math.min(next, watcher.expire(now));
  }
  return next;
}

function reserve(size: number): void {
  if (SLAB_SIZE - (words[memory.SLAB_OFFSET] as number) < size) slab = newSlab();
  lastOffset = words[memory.SLAB_OFFSET] as number;
}

function commit(count: number): number {
  // with MSG_TRUNC the kernel tells the length of the message, which may be more than it stored
  if (count > 0) words[memory.SLAB_OFFSET] = Math.min(lastOffset + ((count + 7) & ~7), SLAB_SIZE);
  return count;
}

function newSlab(): ArrayBuffer {
  slabBytes = Buffer.allocUnsafeSlow(SLAB_SIZE);
  const fresh = slabBytes.buffer as ArrayBuffer;
  // to give it away would take it from all other views on it, and from the kernel's next receive
  markAsUntransferable(fresh);
  syscalls.reactorSlab(slabBytes);
  return fresh;
}

function open(): Int32Array {
  const shared = syscalls.reactorOpen(onBatch);
  if (typeof shared !== 'number') return new Int32Array(shared);
  if (shared === -16) {
    throw new OSError('two copies of @p8/socket are loaded in one thread; install a single version of it', {
      errno: 16,
    });
  }
  throw new OSError(shared, { syscall: 'epoll_create1' });
}

function onBatch(): void {
  const count = words[memory.COUNT] as number;
  if (words[memory.CURSOR] === 0) batchSlab = slab;
  beginTurn();
  while ((words[memory.CURSOR] as number) < count) {
    const cursor = words[memory.CURSOR] as number;
    // moved first: if a watcher throws, the native half goes on behind it
    words[memory.CURSOR] = cursor + 1;
    const at = memory.RESULTS + cursor * memory.RESULT_SIZE;
    const tag = words[at] as number;
    deliver(tag >>> 2, tag & 3, words[at + 1] as number, words[at + 2] as number);
  }
  if (SLAB_SIZE - (words[memory.SLAB_OFFSET] as number) < LEAST_ROOM) slab = newSlab();
}

function deliver(slot: number, operation: number, result: number, offset: number): void {
  if (operation === memory.OP_RESOLVED) {
    const done = lookups.get(slot);
    forgetLookup(slot);
    done?.();
    return;
  }
  const watcher = watchers[slot];
  if (watcher === undefined) return;
  if (operation === memory.OP_READ && offset < 0) watcher.receivedLent(result, ~offset);
  else if (operation === memory.OP_READ) watcher.received(result, viewOf(batchSlab, offset, result));
  else if (operation === memory.OP_READ_READY) watcher.readable();
  else watcher.writable();
}
