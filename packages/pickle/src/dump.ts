/**
 * A value made ready for `postMessage`. Most values need nothing and are sent as they are; where something in them does
 * (a function, an error, an object with `reduce`), the arrays and objects around it are copied, and `steps.ts` says how
 * the receiver completes them.
 *
 * https://docs.python.org/3/library/pickle.html#pickle.dump
 */
import type { Transferable } from 'node:worker_threads';
import { beside, isPassing } from './descriptor.ts';
import type { Passing } from './descriptor.ts';
import { fieldsOf, isError, memoryOf, textOf, typesOf } from './error-parts.ts';
import { PicklingError } from './pickle-error.ts';
import { isPlain, isPlainAndSmall } from './plain.ts';
import { platformCrossing } from './platform.ts';
import { reduce, type Reducible, type Travel } from './reduce.ts';
import { type Reference, reference } from './reference.ts';
import { placeOf, unsendable } from './refusal.ts';
import { type ErrorDetails, put, step, type Wire } from './steps.ts';
import { isMoved } from './transfer.ts';

/** A value ready to be sent: `port.postMessage(parcel.data, parcel.transfer)`, then `sent()`, or `failed()` if that raised. */
export interface Parcel {
  /** For `load`. Anything `postMessage` can clone. */
  readonly data: unknown;
  /** What is given to the receiver without a copy. */
  readonly transfer: readonly Transferable[];
  /** What goes to another process beside the data; open until `sent()` or `failed()`. */
  readonly descriptors: readonly number[];
  /** Tells the objects in the value that they are on their way. */
  sent(): void;
  /** Tells them that they stay. */
  failed(): void;
}

/** Where a value goes: to a thread, which shares memory with this one, or to another process. */
export type Destination = 'thread' | 'process';

/**
 * Makes a value ready to cross to another thread or process. Functions and classes go by reference, objects with
 * `[reduce]` as they say, errors whole, everything else as a structured clone; cycles and shared objects stay what they
 * are. What can only move (a port, a stream, a file handle) moves. In an error nothing moves, and fields that cannot be
 * copied are left out, so that an error can always be sent.
 *
 * Raises PicklingError for what cannot cross, with its place in the value and the fix. What a `[reduce]` raises is raised
 * after those before it were told that they stay.
 *
 * @param name what the value is called in these errors: `args`; '' to name its parts alone
 * @param to where it goes. For a process, descriptors go beside the data; what else belongs to this process is the caller's to refuse
 */
export function dump(value: unknown, name: string = 'value', to: Destination = 'thread'): Parcel {
  if (typeof value !== 'object' || value === null) {
    if (typeof value !== 'function' && typeof value !== 'symbol') return new Plain(value);
  } else if (isPlainAndSmall(value)) return new Plain(Array.isArray(value) ? [value] : value);
  return new Pickler(name, to).dump(value);
}

class Plain implements Parcel {
  readonly data: unknown;
  readonly transfer: readonly Transferable[] = nothing;
  readonly descriptors: readonly number[] = nothing;

  constructor(data: unknown) {
    this.data = data;
  }

  sent(): void {}
  failed(): void {}
}

const nothing: readonly never[] = Object.freeze([]);

/** An object whose arguments are being made ready. */
const underWay = -1;

class Pickler implements Parcel {
  data: unknown;
  readonly transfer: Transferable[] = [];
  readonly descriptors: number[] = [];
  readonly #travels: Travel[] = [];
  readonly #steps: unknown[] = [];
  /** References → their numbers. */
  readonly #references = new Map<Reference, number>();
  readonly #plain = new Map<object, boolean>();
  /** Objects met → what stands for them: an object, or the number of a thing to be made. In the order of meeting. */
  readonly #met = new Map<object, object | number>();
  readonly #path: (string | number)[] = [];
  readonly #name: string;
  readonly #to: Destination;
  #made = 0;

  constructor(name: string, to: Destination) {
    this.#name = name;
    this.#to = to;
  }

  dump(value: unknown): this {
    const root: [unknown] = [undefined];
    try {
      this.#put(root, 0, value);
    } catch (error) {
      this.failed();
      throw error;
    }
    const wire: Wire = this.#steps.length === 0 ? root : [root, this.#steps, [...this.#references.keys()]];
    this.data = wire;
    return this;
  }

  sent(): void {
    // what is inside of something first
    for (const travel of this.#travels.splice(0).toReversed()) travel.sent?.();
  }

  failed(): void {
    this.#recall(0);
  }

  /** Tells those objects that they stay which said how they travel after the first `count`; the last one first. */
  #recall(count: number): void {
    for (const travel of this.#travels.splice(count).toReversed()) travel.failed?.();
  }

  /** Sets what stands for a value in the container that is sent, or has the receiver set it. */
  #put(container: object, key: string | number, value: unknown): void {
    if (typeof value !== 'function' && typeof value !== 'symbol' && (typeof value !== 'object' || value === null)) {
      put(container, key, value);
      return;
    }
    this.#path.push(key);
    if (typeof value === 'symbol') throw this.#refusal(`the symbol ${String(value)} cannot be sent: send its text`);
    const stand = this.#standFor(value);
    this.#path.pop();
    put(container, key, typeof stand === 'number' ? undefined : stand);
    if (typeof stand === 'number') this.#steps.push(step.place, container, key, stand);
  }

  #standFor(value: object): object | number {
    const stand = this.#met.get(value);
    if (stand === underWay)
      throw this.#refusal(
        `${unsendable(value).name} gives itself among the arguments of its \`[reduce]\`: leave it out there`,
      );
    if (stand !== undefined) return stand;
    if (isPlain(value, this.#plain)) return value;
    if (typeof value === 'function') return this.#make(value, step.function, this.#reference(value));
    if (isMoved(value)) return this.#moved(value.value, value.list);
    if (this.#to === 'process' && isPassing(value)) return this.#passing(value);
    if (reduce in value) return this.#reduced(value as Reducible);
    if (isError(value)) return this.#error(value);
    if (Buffer.isBuffer(value)) return this.#make(value, step.buffer, this.#bytes(value));
    return this.#container(value);
  }

  /** Has the receiver make something, and gives its number. */
  #make(value: object, ...words: readonly unknown[]): number {
    this.#steps.push(...words);
    this.#met.set(value, this.#made);
    return this.#made++;
  }

  #reference(target: Function): number {
    try {
      return this.#numberOf(reference(target));
    } catch (error) {
      throw error instanceof PicklingError ? this.#refusal(error.message, error.cause) : error;
    }
  }

  #numberOf(found: Reference): number {
    const number = this.#references.get(found) ?? this.#references.size;
    this.#references.set(found, number);
    return number;
  }

  #moved(value: object, list: readonly Transferable[]): object | number {
    for (const transferable of list) this.#give(transferable);
    return this.#standFor(value);
  }

  #give(transferable: Transferable): void {
    if (!this.transfer.includes(transferable)) this.transfer.push(transferable);
  }

  #passing(value: Passing): number {
    const [fd, travel] = value[beside]();
    this.#travels.push(travel);
    return this.#make(value, step.descriptor, this.descriptors.push(fd) - 1);
  }

  #reduced(value: Reducible): number {
    this.#met.set(value, underWay);
    const [rebuild, args, travel] = value[reduce]();
    if (travel) {
      this.#travels.push(travel);
      for (const transferable of travel.transfer ?? []) this.#give(transferable);
    }
    const target = this.#reference(rebuild);
    return this.#make(value, step.make, target, this.#items(args));
  }

  /** An empty error is made first, since what it holds may refer to it. */
  #error(error: Error): number {
    const types = typesOf(error).map((type) => this.#numberOf(type));
    const made = this.#make(error, step.error, types, textOf(error, 'name'), textOf(error, 'message') || undefined);
    const { context, notes } = memoryOf(error);
    const details: ErrorDetails = { shown: {}, hidden: {}, context: [], stack: textOf(error, 'stack'), notes };
    for (const [key, value, shown] of fieldsOf(error))
      this.#putCopy(shown ? details.shown : details.hidden, key, value);
    for (const earlier of context) this.#putCopy(details.context, 0, earlier);
    this.#steps.push(step.complete, made, details);
    return made;
  }

  /** As {@link #put}, but leaves out what cannot be copied. */
  #putCopy(container: object, key: string | number, value: unknown): void {
    const [steps, made, met, path] = [this.#steps.length, this.#made, this.#met.size, this.#path.length];
    const [travels, transfers, descriptors] = [this.#travels.length, this.transfer.length, this.descriptors.length];
    try {
      this.#put(container, key, value);
      if (this.#travels.length === travels && this.transfer.length === transfers) return;
    } catch {
      // what cannot be sent must not hide the error that holds it
    }
    this.#recall(travels);
    for (const object of [...this.#met.keys()].slice(met)) this.#met.delete(object);
    this.#steps.length = steps;
    this.#made = made;
    this.#path.length = path;
    this.transfer.length = transfers;
    this.descriptors.length = descriptors;
    Reflect.deleteProperty(container, key);
  }

  /** The memory of a buffer alone: a clone would take all of the memory that small buffers share. */
  #bytes(value: Buffer): Uint8Array {
    const { buffer, byteOffset, length } = value;
    const view = new Uint8Array(buffer, byteOffset, length);
    const isOwn = length === buffer.byteLength || buffer instanceof SharedArrayBuffer;
    return isOwn || this.transfer.includes(buffer) ? view : view.slice();
  }

  #container(value: object): object {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Array.prototype) return this.#items(value as unknown[], value);
    if (prototype === Map.prototype)
      return this.#collection(value, new Map(), [...(value as Map<unknown, unknown>)].flat());
    if (prototype === Set.prototype) return this.#collection(value, new Set(), [...(value as Set<unknown>)]);
    if (prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null)
      return this.#fields(value as Record<string, unknown>);
    const crossing = platformCrossing(value);
    if (crossing === 'moves') this.#give(value as Transferable);
    if (crossing !== undefined || this.transfer.includes(value as Transferable)) return value;
    const { name, fix } = unsendable(value);
    throw this.#refusal(`${name} cannot be sent: ${fix}`);
  }

  /** A copy of an array; `met` if the array itself is part of the value. */
  #items(array: readonly unknown[], met?: object): unknown[] {
    const copy: unknown[] = [];
    if (met) this.#met.set(met, copy);
    copy.length = array.length;
    for (const index of array.keys()) if (index in array) this.#put(copy, index, array[index]);
    return copy;
  }

  #fields(value: Readonly<Record<string, unknown>>): object {
    const copy = {};
    this.#met.set(value, copy);
    for (const key of Object.keys(value)) this.#put(copy, key, value[key]);
    return copy;
  }

  #collection(value: object, copy: object, items: readonly unknown[]): object {
    this.#met.set(value, copy);
    const list = this.#items(items);
    this.#steps.push(step.fill, copy, list);
    return copy;
  }

  #refusal(reason: string, cause?: unknown): PicklingError {
    const place = placeOf(this.#name, this.#path.slice(1));
    return new PicklingError(place === '' ? reason : `${place}: ${reason}`, cause === undefined ? {} : { cause });
  }
}
