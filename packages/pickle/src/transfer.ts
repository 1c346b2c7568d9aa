/** https://nodejs.org/api/worker_threads.html#portpostmessagevalue-transferlist */
import type { Transferable } from 'node:worker_threads';

const mark = Symbol.for('@p8/pickle.moved');

/** A value on its way, with what goes along without a copy. */
export class Moved {
  static {
    Object.defineProperty(this.prototype, mark, { value: true });
  }

  readonly value: object;
  readonly list: readonly Transferable[];

  constructor(value: object, list: readonly Transferable[]) {
    this.value = value;
    this.list = list;
  }
}

/**
 * Gives a value away instead of copying it: `queue.put(transfer(bytes))`. It stands for the value in whatever is sent,
 * and is of its type so that it fits there; use it for nothing else. Once it is sent, the value is empty here.
 *
 * @param list what is given away. Default: the value itself (an ArrayBuffer, a port, a stream), or the buffer of a view.
 */
export function transfer<T extends object>(value: T, list?: readonly Transferable[]): T {
  if (typeof value !== 'object' || value === null)
    throw new TypeError('transfer: the first argument must be an object');
  const given = list ?? [ArrayBuffer.isView(value) ? (value.buffer as ArrayBuffer) : (value as Transferable)];
  return new Moved(value, given) as object as T;
}

/** Whether a value comes from {@link transfer}, of any copy of this package. */
export function isMoved(value: object): value is Moved {
  return mark in value;
}
