/**
 * Reads what CPython's pickle wrote, in any protocol.
 *
 * https://docs.python.org/3/library/pickle.html
 */
import { ValueError } from '@p8/errors';
import { UnpicklingError } from '../pickle-error.ts';
import { type AllowList, tableOf } from './allow.ts';
import { atomActions } from './atom-actions.ts';
import { containerActions } from './container-actions.ts';
import { type Action, type Actions, Machine } from './machine.ts';
import { objectActions } from './object-actions.ts';
import { op } from './opcodes.ts';
import { Reader } from './reader.ts';

export interface LoadOptions {
  /** Classes for this call, before those of `allow()`. Keep the object: it is read once. */
  readonly allow?: AllowList;
  /** What a dict becomes: a Map (the default), or an object, which only a dict with nothing but str for keys can become. */
  readonly dict?: 'map' | 'object';
  /**
   * Keeps the types apart that are one here, so that `dump` makes the same value of Python again: floats without a
   * fraction arrive as `PyFloat`, bytearrays as `PyByteArray`, every datetime as `PyObject`. Default: false.
   */
  readonly exact?: boolean;
  /** How many bytes the value may take, about, beside its texts and bytes, which are as large here as there. Default: 256 MiB. */
  readonly maxMemory?: number;
}

const defaultMemory = 0x1000_0000;

/** What any opcode may add: a place on the stack, and one in a container. */
const opcodeCost = 16;

const newestProtocol = 5;

const all: Actions = {
  ...atomActions,
  ...containerActions,
  ...objectActions,
  [op.PROTO](machine) {
    const protocol = machine.input.u8();
    if (protocol > newestProtocol) throw machine.error(`its protocol is ${protocol}: 0 to ${newestProtocol} are known`);
  },
  // a frame is a hint for readers of files: here everything has been read
  [op.FRAME]: (machine) => machine.input.expect(machine.input.u64()),
};

/** The same by place: a look-up for each opcode. */
const actions: readonly (Action | undefined)[] = Array.from({ length: 256 }, (_, code) => all[code]);

const refusals: Readonly<Record<number, string>> = {
  [op.PERSID]: 'it refers to an object outside of it, by a persistent id',
  [op.BINPERSID]: 'it refers to an object outside of it, by a persistent id',
  [op.EXT1]: 'it names a class by a number of copyreg, which only its program knows',
  [op.EXT2]: 'it names a class by a number of copyreg, which only its program knows',
  [op.EXT4]: 'it names a class by a number of copyreg, which only its program knows',
  [op.NEXT_BUFFER]: 'its buffers are outside of it: dump it without `buffer_callback`',
  [op.READONLY_BUFFER]: 'its buffers are outside of it: dump it without `buffer_callback`',
};

/**
 * Makes the value of a pickle, of protocol 0 to 5. int becomes a number where that is exact and else a bigint, str a
 * string, bytes and bytearray a Buffer, None null, tuple a `PyTuple` (an array), list an array, dict a Map, set a Set,
 * frozenset a `PyFrozenSet` (a Set), an aware datetime a Date, an exception the class of its name in `@p8/errors`. What is
 * shared or cyclic stays so. Bytes after the end are not read.
 *
 * Nothing but the classes of the allow-list is made or called. Raises UnpicklingError, with `offset`, for any other class,
 * for what is no pickle or a broken one, and for one whose value is larger than `maxMemory`.
 *
 * @param bytes a Buffer or another view; nothing of it is kept
 */
export function load(bytes: ArrayBufferView, options: LoadOptions = {}): unknown {
  if (!ArrayBuffer.isView(bytes))
    throw new TypeError('load: the first argument must be bytes: a Buffer or another view');
  const { dict = 'map', exact = false, maxMemory = defaultMemory } = options;
  if (dict !== 'map' && dict !== 'object')
    throw new ValueError(`load: dict must be 'map' or 'object', not ${String(dict)}`);
  if (!(maxMemory > 0)) throw new ValueError(`load: maxMemory must be a positive number of bytes, not ${maxMemory}`);
  const input = new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const machine = new Machine(input, tableOf(options.allow), { dict, exact, entry: load }, maxMemory);
  try {
    return run(machine);
  } catch (error) {
    if (error instanceof UnpicklingError || !isPlatformLimit(error)) throw error;
    throw input.error(`its value is too large here: ${error.message}`, error);
  }
}

function run(machine: Machine): unknown {
  const { input } = machine;
  for (;;) {
    const code = input.opcode();
    if (code === op.STOP) return machine.pop();
    machine.spend(opcodeCost);
    const action = actions[code];
    if (action === undefined)
      throw machine.error(refusals[code] ?? `0x${code.toString(16).padStart(2, '0')} is no opcode: is this a pickle?`);
    action(machine);
  }
}

/** A string, a bigint, a Map or an array has a largest size. */
function isPlatformLimit(error: unknown): error is Error {
  return (
    error instanceof RangeError || (error instanceof Error && 'code' in error && error.code === 'ERR_STRING_TOO_LONG')
  );
}
