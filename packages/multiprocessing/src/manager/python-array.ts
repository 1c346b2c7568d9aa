/** The numbers of an `array.array`, as Python pickles it. https://docs.python.org/3/library/array.html (`_array_reconstructor`) */
import { ValueError } from '@p8/errors';

type Read = (bytes: Buffer, at: number) => number | bigint;

/** By the number of the format: the size of an item, and how it is read. */
const formats: readonly (readonly [size: number, read: Read])[] = [
  [1, (bytes, at) => bytes.readUInt8(at)],
  [1, (bytes, at) => bytes.readInt8(at)],
  [2, (bytes, at) => bytes.readUInt16LE(at)],
  [2, (bytes, at) => bytes.readUInt16BE(at)],
  [2, (bytes, at) => bytes.readInt16LE(at)],
  [2, (bytes, at) => bytes.readInt16BE(at)],
  [4, (bytes, at) => bytes.readUInt32LE(at)],
  [4, (bytes, at) => bytes.readUInt32BE(at)],
  [4, (bytes, at) => bytes.readInt32LE(at)],
  [4, (bytes, at) => bytes.readInt32BE(at)],
  [8, (bytes, at) => small(bytes.readBigUInt64LE(at))],
  [8, (bytes, at) => small(bytes.readBigUInt64BE(at))],
  [8, (bytes, at) => small(bytes.readBigInt64LE(at))],
  [8, (bytes, at) => small(bytes.readBigInt64BE(at))],
  [4, (bytes, at) => bytes.readFloatLE(at)],
  [4, (bytes, at) => bytes.readFloatBE(at)],
  [8, (bytes, at) => bytes.readDoubleLE(at)],
  [8, (bytes, at) => bytes.readDoubleBE(at)],
];

export function numbersOf(format: number, bytes: Buffer): (number | bigint)[] {
  const known = formats[format];
  if (known === undefined) throw new ValueError(`an array of Python has the format ${format}, which is not known`);
  const [size, read] = known;
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => read(bytes, i * size));
}

function small(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
