/** A value as Python would write it, for the messages of its errors. */
import { PyFloat, PyFrozenSet, PyGlobal, PyTuple } from './python-types.ts';

/** Shared parts may be met again and again, which could make a short pickle print for ever. */
const longest = 10_000;

/** Python's `str(error)` for these arguments. */
export function messageOf(args: readonly unknown[]): string {
  const [first] = args;
  if (args.length === 1) return typeof first === 'string' ? first : repr(first);
  return args.length === 0 ? '' : repr(PyTuple.from(args));
}

/** Python's `repr(value)`, of what `load` makes; cut after 10,000 characters. */
export function repr(value: unknown): string {
  const out = new Text();
  write(out, value, 0);
  return out.text.length > longest ? `${out.text.slice(0, longest)}…` : out.text;
}

class Text {
  text = '';

  get isFull(): boolean {
    return this.text.length > longest;
  }
}

function write(out: Text, value: unknown, depth: number): void {
  if (out.isFull) return;
  if (typeof value !== 'object' || value === null) out.text += atom(value);
  else if (value instanceof PyFloat)
    out.text += Number.isInteger(value.value) ? value.value.toFixed(1) : atom(value.value);
  else if (value instanceof Uint8Array) out.text += `b${quote(Buffer.from(value).toString('latin1'))}`;
  else if (value instanceof PyGlobal || value instanceof Error) out.text += String(value);
  else if (depth > 20) out.text += '…';
  else if (value instanceof PyFrozenSet) writeAll(out, 'frozenset({', value, '})', depth);
  else if (value instanceof PyTuple) writeAll(out, '(', value, value.length === 1 ? ',)' : ')', depth);
  else if (Array.isArray(value)) writeAll(out, '[', value, ']', depth);
  else if (value instanceof Set) writeAll(out, '{', value, '}', depth);
  else if (value instanceof Map || Object.getPrototypeOf(value) === Object.prototype) writeDict(out, value, depth);
  else out.text += `<${value.constructor.name}>`;
}

function writeAll(out: Text, open: string, items: Iterable<unknown>, close: string, depth: number): void {
  let before = open;
  for (const item of items) {
    if (out.isFull) return;
    out.text += before;
    write(out, item, depth + 1);
    before = ', ';
  }
  out.text += before === open ? open + close : close;
}

function writeDict(out: Text, dict: object, depth: number): void {
  let before = '{';
  for (const [key, item] of dict instanceof Map ? dict : Object.entries(dict)) {
    if (out.isFull) return;
    out.text += before;
    write(out, key, depth + 1);
    out.text += ': ';
    write(out, item, depth + 1);
    before = ', ';
  }
  out.text += before === '{' ? '{}' : '}';
}

const words = new Map<unknown, string>([
  [null, 'None'],
  [undefined, 'None'],
  [true, 'True'],
  [false, 'False'],
  [Number.NaN, 'nan'],
  [Infinity, 'inf'],
  [-Infinity, '-inf'],
]);

function atom(value: unknown): string {
  return words.get(value) ?? (typeof value === 'string' ? quote(value) : String(value));
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"');
  return mark + (mark === "'" ? inside.replaceAll("'", String.raw`\'`) : inside) + mark;
}
