/** The numbers of an `array.array`, as Python's managers pickle it: its type code, and its bytes as the machine has them. */
import { ValueError } from '@p8/errors';

type Numbers = { readonly length: number; [Symbol.iterator](): Iterator<number | bigint> };
type NumberArray = new (bytes: ArrayBuffer) => Numbers;

/** https://docs.python.org/3/library/array.html, on machines where a long has 64 bits */
const arrays: Readonly<Record<string, NumberArray>> = {
  b: Int8Array,
  B: Uint8Array,
  h: Int16Array,
  H: Uint16Array,
  i: Int32Array,
  I: Uint32Array,
  l: BigInt64Array,
  L: BigUint64Array,
  q: BigInt64Array,
  Q: BigUint64Array,
  f: Float32Array,
  d: Float64Array,
};

/** The numbers, from their bytes or as they are. */
export function numbersOf(typecode: string, content: Buffer | readonly number[]): (number | bigint)[] {
  if (!Buffer.isBuffer(content)) return [...content];
  const type = Object.hasOwn(arrays, typecode) ? arrays[typecode] : undefined;
  if (type === undefined) throw new ValueError(`an array of Python has the type '${typecode}', which is not known`);
  return Array.from(new type(new Uint8Array(content).buffer), small);
}

function small(value: number | bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
