/** The opcodes of values that hold no others. */
import { parseInteger } from './integer.ts';
import type { Actions, Machine } from './machine.ts';
import { op } from './opcodes.ts';
import { PyByteArray, PyFloat } from './python-types.ts';
import { pythonString, rawUnicode } from './text-lines.ts';

export const atomActions: Actions = {
  [op.NONE]: (machine) => machine.push(null),
  [op.NEWTRUE]: (machine) => machine.push(true),
  [op.NEWFALSE]: (machine) => machine.push(false),

  [op.BININT]: (machine) => machine.push(machine.input.i32()),
  [op.BININT1]: (machine) => machine.push(machine.input.u8()),
  [op.BININT2]: (machine) => machine.push(machine.input.u16()),
  [op.LONG1]: (machine) => machine.push(machine.input.integer(machine.input.u8())),
  [op.LONG4]: (machine) => machine.push(machine.input.integer(machine.input.i32())),
  [op.INT]: (machine) => machine.push(intLine(machine)),
  [op.LONG]: (machine) => machine.push(longLine(machine)),

  [op.BINFLOAT]: (machine) => pushFloat(machine, machine.input.float()),
  [op.FLOAT]: (machine) => pushFloat(machine, floatLine(machine)),

  [op.SHORT_BINUNICODE]: (machine) => pushText(machine, machine.input.u8()),
  [op.BINUNICODE]: (machine) => pushText(machine, machine.input.u32()),
  [op.BINUNICODE8]: (machine) => pushText(machine, machine.input.u64()),
  [op.UNICODE]: (machine) => machine.push(rawUnicode(machine.input)),
  [op.STRING]: (machine) => machine.push(pythonString(machine.input)),
  [op.BINSTRING]: (machine) => machine.push(machine.input.ascii(machine.input.i32())),
  [op.SHORT_BINSTRING]: (machine) => machine.push(machine.input.ascii(machine.input.u8())),

  [op.SHORT_BINBYTES]: (machine) => pushBytes(machine, machine.input.u8()),
  [op.BINBYTES]: (machine) => pushBytes(machine, machine.input.u32()),
  [op.BINBYTES8]: (machine) => pushBytes(machine, machine.input.u64()),
  [op.BYTEARRAY8]: pushByteArray,
};

/** The object around the bytes. */
const bytesCost = 128;

function pushText(machine: Machine, length: number): void {
  machine.push(machine.input.text(length));
}

function pushBytes(machine: Machine, length: number): void {
  machine.spend(bytesCost);
  machine.push(machine.input.bytes(length));
}

function pushByteArray(machine: Machine): void {
  const length = machine.input.u64();
  machine.spend(bytesCost);
  const bytes = machine.input.bytes(length);
  machine.push(machine.how.exact ? new PyByteArray(bytes) : bytes);
}

function pushFloat(machine: Machine, value: number): void {
  // any other number is sent as a float anyway
  const isLikeInt = machine.how.exact && Number.isSafeInteger(value) && !Object.is(value, -0);
  machine.push(isLikeInt ? new PyFloat(value) : value);
}

/** Protocol 0 writes booleans as integers with a zero before them. */
function intLine(machine: Machine): number | bigint | boolean {
  const line = machine.input.line();
  if (line === '01') return true;
  if (line === '00') return false;
  return integer(machine, line);
}

function longLine(machine: Machine): number | bigint {
  const line = machine.input.line();
  return integer(machine, line.endsWith('L') ? line.slice(0, -1) : line);
}

function integer(machine: Machine, digits: string): number | bigint {
  const value = parseInteger(digits);
  if (value === undefined) throw machine.error('its line is no integer, or has more than 4300 digits');
  return value;
}

const named: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Infinity, '-inf': -Infinity };

function floatLine(machine: Machine): number {
  const line = machine.input.line();
  const value = Object.hasOwn(named, line) ? (named[line] ?? 0) : Number(line === '' ? 'x' : line);
  if (Number.isNaN(value) && line !== 'nan') throw machine.error('its line is no float');
  return value;
}
