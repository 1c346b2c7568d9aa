/**
 * A list of fixed length in shared memory, laid out as CPython's, which can be its peer:
 *
 *     items (8) │ offsets (8 each, one more than items) │ data │ formats (8 each) │ kinds (1 each)
 *
 * https://docs.python.org/3/library/multiprocessing.shared_memory.html#multiprocessing.shared_memory.ShareableList
 */
import { IndexError, OverflowError, ValueError } from '@p8/errors';
import { importable, reducible } from '@p8/pickle';
import { SharedMemory } from './shared-memory.ts';

/** What it holds. Numbers that are safe integers, and bigints of 64 bits, are ints in Python. */
export type Shareable = number | bigint | boolean | string | Uint8Array | null;

export interface ShareableListOptions {
  /** That of its memory: of the list to attach to, or of the new one. */
  readonly name?: string | undefined;
}

const WORD = 8;
const INTEGER = 'q';
const FLOAT = 'd';
const BOOLEAN = 'xxxxxxx?';
const NULL = 'xxxxxx?x';

/** How a text is told from bytes and from nothing: CPython's back transforms. */
const Kind = { plain: 0, text: 1, bytes: 2, null: 3 } as const;

/** A list whose items can be changed by every process that has it, but not their number, nor the room of a text. */
export class ShareableList implements Iterable<Shareable>, Disposable {
  static {
    reducible(ShareableList, ({ shm }) => [attachToList, [shm.name]]);
  }

  /** Its memory: close it here, and unlink it where the list was made. */
  readonly shm: SharedMemory;
  /** How many items it has. */
  readonly length: number;
  readonly #view: DataView<ArrayBuffer>;

  /** Makes a list of these items, or attaches to the one of that name. Raises TypeError for an item that cannot be held. */
  constructor(items?: Iterable<Shareable>, { name }: ShareableListOptions = {}) {
    if (items === undefined && name !== undefined) {
      this.shm = new SharedMemory({ name });
      this.#view = viewOf(this.shm);
      this.length = Number(this.#view.getBigInt64(0, true));
      return;
    }
    const all = [...(items ?? [])];
    const rooms = all.map(roomFor);
    const room = rooms.reduce((sum, each) => sum + each, 0);
    this.length = all.length;
    this.shm = new SharedMemory({ name, create: true, size: WORD * (2 + 2 * all.length) + room + all.length });
    this.#view = viewOf(this.shm);
    this.#view.setBigInt64(0, BigInt(all.length), true);
    let offset = 0;
    for (const [i, each] of rooms.entries()) {
      offset += each;
      this.#view.setBigInt64(WORD * (2 + i), BigInt(offset), true);
    }
    for (const [i, item] of all.entries()) this.#write(i, item);
  }

  /** An item; those before 0 count from the end. Raises IndexError. */
  get(index: number): Shareable {
    const i = this.#checked(index);
    const format = this.#formatOf(i);
    const at = this.#dataOf(i);
    const kind = this.#view.getInt8(this.#kinds + i);
    if (kind === Kind.null) return null;
    if (format === INTEGER) return asNumber(this.#view.getBigInt64(at, true));
    if (format === FLOAT) return this.#view.getFloat64(at, true);
    if (format === BOOLEAN) return this.#view.getUint8(at + WORD - 1) !== 0;
    const bytes = this.#bytes(at, this.#stored(i, format));
    return kind === Kind.text ? bytes.toString() : bytes;
  }

  /** Replaces an item, also by one of another type. Raises IndexError, and ValueError for a text that has no room. */
  set(index: number, item: Shareable): void {
    this.#write(this.#checked(index), item);
  }

  /** How many items are equal to this one. */
  count(item: Shareable): number {
    return [...this].filter((each) => isEqual(each, item)).length;
  }

  /** Where the first item is that is equal to this one. Raises ValueError if none is. */
  index(item: Shareable): number {
    const index = [...this].findIndex((each) => isEqual(each, item));
    if (index < 0) throw new ValueError('item is not in this container');
    return index;
  }

  /** The formats of Python's `struct` for all items, one after the other. */
  get format(): string {
    return Array.from({ length: this.length }, (_, i) => this.#formatOf(i)).join('');
  }

  *[Symbol.iterator](): Generator<Shareable, void, undefined> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }

  /** Closes its memory here. */
  [Symbol.dispose](): void {
    this.shm.close();
  }

  #write(i: number, item: Shareable): void {
    const at = this.#dataOf(i);
    if (typeof item === 'string' || item instanceof Uint8Array) {
      const bytes = Buffer.from(item as string);
      const room = this.#room(i);
      if (bytes.length > room) throw new ValueError('bytes/str item exceeds available storage');
      this.#bytes(at, room).fill(0).set(bytes);
      // Python drops zeros at the end, unless it is told the length; told so, it could not store more later
      this.#note(i, `${bytes.at(-1) === 0 ? bytes.length : room}s`, typeof item === 'string' ? Kind.text : Kind.bytes);
    } else if (item === null) {
      this.#view.setBigInt64(at, 0n, true);
      this.#note(i, NULL, Kind.null);
    } else if (typeof item === 'boolean') {
      this.#view.setBigInt64(at, 0n, true);
      this.#view.setUint8(at + WORD - 1, Number(item));
      this.#note(i, BOOLEAN, Kind.plain);
    } else if (typeof item === 'bigint' || Number.isSafeInteger(item)) {
      const value = BigInt(item);
      if (value !== BigInt.asIntN(64, value)) throw new OverflowError(`an integer must fit 64 bits: ${value}`);
      this.#view.setBigInt64(at, value, true);
      this.#note(i, INTEGER, Kind.plain);
    } else {
      this.#view.setFloat64(at, item, true);
      this.#note(i, FLOAT, Kind.plain);
    }
  }

  #note(i: number, format: string, kind: number): void {
    if (format.length > WORD) throw new ValueError('bytes/str item is too long');
    this.#bytes(this.#formats + WORD * i, WORD)
      .fill(0)
      .write(format, 'latin1');
    this.#view.setInt8(this.#kinds + i, kind);
  }

  #checked(index: number): number {
    const i = index < 0 ? index + this.length : index;
    if (!Number.isInteger(i) || i < 0 || i >= this.length) throw new IndexError('index out of range');
    return i;
  }

  #formatOf(i: number): string {
    return this.#bytes(this.#formats + WORD * i, WORD)
      .toString('latin1')
      .replace(/\0+$/, '');
  }

  /** How many bytes of its room a text has. */
  #stored(i: number, format: string): number {
    const length = Number.parseInt(format, 10);
    if (length < this.#room(i)) return length;
    const bytes = this.#bytes(this.#dataOf(i), length);
    let end = length;
    while (end > 0 && bytes[end - 1] === 0) end -= 1;
    return end;
  }

  #offset(i: number): number {
    return Number(this.#view.getBigInt64(WORD * (1 + i), true));
  }

  #dataOf(i: number): number {
    return WORD * (2 + this.length) + this.#offset(i);
  }

  #room(i: number): number {
    return this.#offset(i + 1) - this.#offset(i);
  }

  get #formats(): number {
    return this.#dataOf(this.length);
  }

  get #kinds(): number {
    return this.#formats + WORD * this.length;
  }

  #bytes(at: number, length: number): Buffer {
    return Buffer.from(this.#view.buffer, at, length);
  }
}

/** For a process that gets one. */
export function attachToList(name: string): ShareableList {
  return new ShareableList(undefined, { name });
}

function viewOf({ buf }: SharedMemory): DataView<ArrayBuffer> {
  return new DataView(buf.buffer);
}

/** A text gets a byte more than it has, rounded up, as in CPython. */
function roomFor(item: Shareable): number {
  if (typeof item === 'string') return WORD * (Math.floor(Buffer.byteLength(item) / WORD) + 1);
  if (item instanceof Uint8Array) return WORD * (Math.floor(item.length / WORD) + 1);
  if (item === null || ['number', 'bigint', 'boolean'].includes(typeof item)) return WORD;
  throw new TypeError(`a ShareableList holds numbers, texts, bytes, booleans and null, not ${typeof item}`);
}

function asNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function isEqual(a: Shareable, b: Shareable): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.from(a).equals(b);
  return a === (typeof b === 'bigint' ? asNumber(b) : b);
}

importable(import.meta, { attachToList });
