/**
 * Typed numbers in shared memory, each read and changed as one: what values and arrays are made of. The types are the
 * codes of Python's `array` and `struct`: https://docs.python.org/3/library/array.html
 */
import { IndexError, ValueError } from '@p8/errors';
import { bytesOf, memoryFor } from './place.ts';
import type { Allocate, ObjectMemory } from './place.ts';

/**
 * | code                     | holds                                              |
 * | ------------------------ | -------------------------------------------------- |
 * | `b` `h` `i`, `B` `H` `I` | 8, 16, 32 bits, with and without a sign            |
 * | `q`, `Q`, `l`, `L`       | 64 bits, as a bigint; `l` is C's `long` on Linux   |
 * | `f`, `d`                 | floats of 32 and 64 bits                           |
 * | `?`                      | a boolean                                          |
 * | `c`                      | a byte                                             |
 */
export type TypeCode = 'b' | 'B' | 'h' | 'H' | 'i' | 'I' | 'l' | 'L' | 'q' | 'Q' | 'f' | 'd' | '?' | 'c';

/** What a cell of this type holds. */
export type CellValue<C extends TypeCode> = C extends 'l' | 'L' | 'q' | 'Q' ? bigint : C extends '?' ? boolean : number;

/** What can be added to a cell of this type. */
export type Amount<C extends TypeCode> = C extends '?' ? never : CellValue<C>;

/** What the bits of a cell of this type can be combined with. */
export type Bits<C extends TypeCode> = C extends 'f' | 'd' | '?' ? never : CellValue<C>;

/** The typed array over cells of this type. */
export type CellView<C extends TypeCode> = Views[C];

interface Views {
  readonly b: Int8Array;
  readonly B: Uint8Array;
  readonly c: Uint8Array;
  readonly h: Int16Array;
  readonly H: Uint16Array;
  readonly i: Int32Array;
  readonly I: Uint32Array;
  readonly l: BigInt64Array;
  readonly L: BigUint64Array;
  readonly q: BigInt64Array;
  readonly Q: BigUint64Array;
  readonly f: Float32Array;
  readonly d: Float64Array;
  readonly '?': Uint8Array;
}

type CellArray = new (
  memory: ArrayBufferLike,
  offset: number,
  length: number,
) => ArrayBufferView & { readonly length: number };

interface Type {
  readonly view: CellArray;
  /** What `Atomics` works on, if that is not the view. */
  readonly bits?: CellArray;
  readonly bytes: number;
  readonly is: (value: unknown) => boolean;
  readonly called: string;
  readonly encode?: (value: never) => number | bigint;
  readonly decode?: (bits: never) => unknown;
}

const whole = { is: Number.isInteger, called: 'a whole number' };
const big = { is: (value: unknown) => typeof value === 'bigint', called: 'a bigint, such as 1n', bytes: 8 };
const float = { is: (value: unknown) => typeof value === 'number', called: 'a number' };
const float32 = new Float32Array(1);
const bits32 = new Int32Array(float32.buffer);
const float64 = new Float64Array(1);
const bits64 = new BigInt64Array(float64.buffer);

const types = {
  b: { view: Int8Array, bytes: 1, ...whole },
  B: { view: Uint8Array, bytes: 1, ...whole },
  c: { view: Uint8Array, bytes: 1, ...whole },
  h: { view: Int16Array, bytes: 2, ...whole },
  H: { view: Uint16Array, bytes: 2, ...whole },
  i: { view: Int32Array, bytes: 4, ...whole },
  I: { view: Uint32Array, bytes: 4, ...whole },
  l: { view: BigInt64Array, ...big },
  L: { view: BigUint64Array, ...big },
  q: { view: BigInt64Array, ...big },
  Q: { view: BigUint64Array, ...big },
  f: {
    view: Float32Array,
    bits: Int32Array,
    bytes: 4,
    ...float,
    encode: (value: number) => {
      float32[0] = value;
      return bits32[0]!;
    },
    decode: (bits: number) => {
      bits32[0] = bits;
      return float32[0];
    },
  },
  d: {
    view: Float64Array,
    bits: BigInt64Array,
    bytes: 8,
    ...float,
    encode: (value: number) => {
      float64[0] = value;
      return bits64[0]!;
    },
    decode: (bits: bigint) => {
      bits64[0] = bits;
      return float64[0];
    },
  },
  '?': {
    view: Uint8Array,
    bytes: 1,
    is: (value: unknown) => typeof value === 'boolean',
    called: 'true or false',
    encode: Number,
    decode: Boolean,
  },
} satisfies Record<TypeCode, Type>;

export class Cells<C extends TypeCode> {
  readonly type: C;
  readonly memory: ObjectMemory;
  /** The cells as the platform shows them: fast, and not as one with what others do. */
  readonly view: CellView<C>;
  /** One shape for all integer arrays, since `Atomics` takes each of them. */
  readonly #bits: Int32Array;
  readonly #type: Type;

  /** Raises ValueError for a type that is none. How many there are is what the memory has room for, if it was made before. */
  constructor(type: C, count: number, memory?: ObjectMemory | Allocate) {
    if (!Object.hasOwn(types, type)) {
      const codes = Object.keys(types).join(' ');
      throw new ValueError(`type must be one of ${codes}, not ${type as string}; a text is a SharedString`);
    }
    this.type = type;
    this.#type = types[type];
    this.memory = memoryFor(count * this.#type.bytes, memory);
    const { buffer, byteOffset, byteLength } = bytesOf(this.memory);
    const length = byteLength / this.#type.bytes;
    const view = new this.#type.view(buffer, byteOffset, length);
    this.view = view as unknown as CellView<C>;
    this.#bits = (this.#type.bits ? new this.#type.bits(buffer, byteOffset, length) : view) as Int32Array;
  }

  get length(): number {
    return this.#bits.length;
  }

  /** The place that is meant: from the end if negative. Raises IndexError. */
  indexOf(index: number): number {
    const found = index < 0 ? index + this.length : index;
    if (Number.isInteger(found) && found >= 0 && found < this.length) return found;
    throw new IndexError(`index must be a whole number below ${this.length}, the length, not ${String(index)}`);
  }

  load(index: number): CellValue<C> {
    return this.#decode(Atomics.load(this.#bits, index));
  }

  /** Raises TypeError for a value of another type; what is too large is cut off, as in C. */
  store(index: number, value: CellValue<C>): void {
    Atomics.store(this.#bits, index, this.#encode(value));
  }

  exchange(index: number, value: CellValue<C>): CellValue<C> {
    return this.#decode(Atomics.exchange(this.#bits, index, this.#encode(value)));
  }

  compareExchange(index: number, expected: CellValue<C>, value: CellValue<C>): CellValue<C> {
    return this.#decode(Atomics.compareExchange(this.#bits, index, this.#encode(expected), this.#encode(value)));
  }

  add(index: number, amount: Amount<C>): CellValue<C> {
    if (this.#type.decode === undefined) return this.#decode(Atomics.add(this.#bits, index, this.#encode(amount)));
    return this.#addFloat(index, amount);
  }

  and(index: number, mask: Bits<C>): CellValue<C> {
    return this.#decode(Atomics.and(this.#bits, index, this.#mask(mask)));
  }

  or(index: number, mask: Bits<C>): CellValue<C> {
    return this.#decode(Atomics.or(this.#bits, index, this.#mask(mask)));
  }

  xor(index: number, mask: Bits<C>): CellValue<C> {
    return this.#decode(Atomics.xor(this.#bits, index, this.#mask(mask)));
  }

  #addFloat(index: number, amount: Amount<C>): CellValue<C> {
    if (this.type === '?') throw new TypeError('nothing can be added to a value of type ?');
    for (;;) {
      const bits = Atomics.load(this.#bits, index);
      const before = this.#decode(bits);
      const sum = ((before as number) + (amount as number)) as CellValue<C>;
      if (Atomics.compareExchange(this.#bits, index, bits, this.#encode(sum)) === bits) return before;
    }
  }

  #mask(mask: Bits<C>): number {
    if (this.#type.decode === undefined) return this.#encode(mask);
    throw new TypeError(`a value of type ${this.type} has no bits to combine`);
  }

  #encode(value: CellValue<C>): number {
    if (!this.#type.is(value)) {
      throw new TypeError(`a value of type ${this.type} must be ${this.#type.called}, not ${describe(value)}`);
    }
    return (this.#type.encode === undefined ? value : this.#type.encode(value as never)) as number;
  }

  #decode(bits: number): CellValue<C> {
    return (this.#type.decode === undefined ? bits : this.#type.decode(bits as never)) as CellValue<C>;
  }
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeof value;
}
