/** A value written as a pickle: the other direction of the actions. */
import { types } from 'node:util';
import { PicklingError } from '../pickle-error.ts';
import { placeOf } from '../refusal.ts';
import type { Table } from './allow.ts';
import { nearest } from './exceptions.ts';
import type { Known, Parts } from './known.ts';
import { op } from './opcodes.ts';
import type { PythonReducible } from './python-types.ts';
import { PyByteArray, PyFloat, PyFrozenSet, PyGlobal, PyObject, PyTuple, pythonReduce } from './python-types.ts';
import { Writer } from './writer.ts';

/** Python itself writes no deeper by default. What holds itself through tuples alone ends here too. */
const deepest = 1000;
const longestPlace = 20;

export class Pickler {
  readonly #out = new Writer();
  readonly #table: Table;
  readonly #protocol: 4 | 5;
  /** Objects written → their places in the memo of the reader. */
  #memo: Map<object, number> | undefined;
  /** The keys that lead to the value being written. */
  readonly #path: (string | number)[] = [];
  #depth = 0;

  constructor(table: Table, protocol: 4 | 5) {
    this.#table = table;
    this.#protocol = protocol;
  }

  /** Not framed: frames serve those who read a pickle from a file piece by piece. */
  dump(value: unknown): Buffer {
    this.#out.op1(op.PROTO, this.#protocol);
    this.#put(value);
    this.#out.byte(op.STOP);
    return this.#out.result();
  }

  #put(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.#out.text(value);
        return;
      case 'number':
        if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.#out.integer(value);
        else this.#out.float(value);
        return;
      case 'bigint':
        this.#out.integer(value);
        return;
      case 'boolean':
        this.#out.byte(value ? op.NEWTRUE : op.NEWFALSE);
        return;
      case 'undefined':
        this.#out.byte(op.NONE);
        return;
      case 'object':
        if (value === null) this.#out.byte(op.NONE);
        else if (!this.#recall(value)) this.#object(value);
        return;
      case 'function':
        this.#function(value);
        return;
      case 'symbol':
        throw this.#refusal(`the symbol ${String(value)} cannot be sent: send its text`);
    }
  }

  /** Writes what stands under a key. */
  #child(key: string | number, value: unknown): void {
    this.#path[this.#depth - 1] = key;
    this.#put(value);
  }

  #object(value: object): void {
    if (this.#depth === deepest)
      throw this.#refusal(
        `it is nested deeper than ${deepest} levels, or holds itself without a list, dict or set between`,
      );
    this.#depth++;
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Array.prototype) this.#list(value as unknown[]);
    else if (prototype === Object.prototype || prototype === null) this.#fields(value);
    else if (value instanceof PyTuple) this.#tuple(value);
    else this.#instance(value, prototype);
    this.#depth--;
  }

  #instance(value: object, prototype: object): void {
    if (value instanceof Error || types.isNativeError(value)) {
      this.#error(value);
      return;
    }
    const known = this.#table.withPrototype(prototype);
    if (known?.form.takeApart) this.#parts(value, known, this.#takenApart(value, known));
    else if (types.isMap(value)) this.#map(value);
    else if (value instanceof PyFrozenSet) this.#frozenSet(value);
    else if (types.isSet(value)) this.#set(value);
    else if (value instanceof PyByteArray) this.#byteArray(value);
    else if (types.isUint8Array(value)) this.#bytes(value);
    else if (types.isAnyArrayBuffer(value)) this.#bytes(new Uint8Array(value), value);
    else if (value instanceof PyFloat) this.#out.float(value.value);
    else if (value instanceof PyGlobal) this.#global(value);
    else if (value instanceof PyObject) this.#parts(value, value.type, value);
    else if (pythonReduce in value) this.#asObject(value, value as PythonReducible);
    else if (Array.isArray(value)) this.#list(value);
    else if (Object.getPrototypeOf(prototype) === null) this.#fields(value); // an object of another realm
    else throw this.#refusal(unsendable(value));
  }

  #asObject(value: object, says: PythonReducible): void {
    const object = says[pythonReduce]();
    this.#parts(value, object.type, object);
  }

  #list(list: readonly unknown[]): void {
    this.#out.byte(op.EMPTY_LIST);
    this.#memoize(list);
    this.#appends(list);
  }

  #appends(list: readonly unknown[]): void {
    if (list.length === 0) return;
    if (list.length > 1) this.#out.byte(op.MARK);
    for (let i = 0; i < list.length; i++) this.#child(i, list[i]);
    this.#out.byte(list.length > 1 ? op.APPENDS : op.APPEND);
  }

  #fields(value: object): void {
    this.#out.byte(op.EMPTY_DICT);
    this.#memoize(value);
    const keys = Object.keys(value);
    if (keys.length === 0) return;
    this.#out.byte(op.MARK);
    for (const key of keys) {
      this.#out.text(key);
      this.#child(key, (value as Readonly<Record<string, unknown>>)[key]);
    }
    this.#out.byte(op.SETITEMS);
  }

  #map(map: ReadonlyMap<unknown, unknown>): void {
    this.#out.byte(op.EMPTY_DICT);
    this.#memoize(map);
    this.#setItems(map);
  }

  #setItems(map: ReadonlyMap<unknown, unknown>): void {
    if (map.size === 0) return;
    this.#out.byte(op.MARK);
    let index = 0;
    for (const [key, item] of map) {
      this.#hashable(index, key);
      this.#child(typeof key === 'string' ? key : index, item);
      index++;
    }
    this.#out.byte(op.SETITEMS);
  }

  #set(set: ReadonlySet<unknown>): void {
    this.#out.byte(op.EMPTY_SET);
    this.#memoize(set);
    this.#addItems(set);
  }

  #addItems(set: ReadonlySet<unknown>): void {
    if (set.size === 0) return;
    this.#out.byte(op.MARK);
    this.#members(set);
    this.#out.byte(op.ADDITEMS);
  }

  #frozenSet(set: PyFrozenSet): void {
    this.#out.byte(op.MARK);
    this.#members(set);
    if (this.#isMade(set, [op.POP_MARK])) return;
    this.#out.byte(op.FROZENSET);
    this.#memoize(set);
  }

  #members(set: ReadonlySet<unknown>): void {
    let index = 0;
    for (const item of set) this.#hashable(index++, item);
  }

  /** A key or a member: Python would refuse one that can change, with fewer words. */
  #hashable(index: number, value: unknown): void {
    this.#child(index, value);
    if (!isHashable(value))
      throw this.#refusal('a list, dict or set cannot be a key or a member in Python: use a PyTuple or a PyFrozenSet');
  }

  #tuple(tuple: PyTuple): void {
    const { length } = tuple;
    if (length === 0) {
      this.#out.byte(op.EMPTY_TUPLE);
      return;
    }
    if (length > 3) this.#out.byte(op.MARK);
    for (let i = 0; i < length; i++) this.#child(i, tuple[i]);
    if (this.#isMade(tuple, length > 3 ? [op.POP_MARK] : Array.from(tuple, () => op.POP))) return;
    this.#out.byte([op.TUPLE1, op.TUPLE2, op.TUPLE3][length - 1] ?? op.TUPLE);
    this.#memoize(tuple);
  }

  #bytes(bytes: Uint8Array, value: object = bytes): void {
    const { length } = bytes;
    if (length < 256) this.#out.op1(op.SHORT_BINBYTES, length);
    else if (length < 0x1_0000_0000) this.#out.op4(op.BINBYTES, length);
    else this.#out.op8(op.BINBYTES8, length);
    this.#out.raw(bytes);
    this.#memoize(value);
  }

  #byteArray(bytes: PyByteArray): void {
    if (this.#protocol === 4) {
      this.#parts(bytes, bytearray, { args: [Buffer.from(bytes)] });
      return;
    }
    this.#out.op8(op.BYTEARRAY8, bytes.length);
    this.#out.raw(bytes);
    this.#memoize(bytes);
  }

  #error(error: Error): void {
    const known = nearest(error, (prototype) => this.#table.withPrototype(prototype));
    if (!known) throw this.#refusal('the error has no class that Python knows');
    this.#parts(error, known, this.#takenApart(error, known));
  }

  #function(target: Function): void {
    const known = typeof target.prototype === 'object' && this.#table.withPrototype(target.prototype as object);
    if (!known || known.form.type !== target)
      throw this.#refusal(
        `the function ${target.name} cannot be sent: name Python's own with \`new PyGlobal('module.name')\``,
      );
    this.#global(known);
  }

  #global(global: PyGlobal): void {
    if (this.#recall(global)) return;
    this.#out.text(global.module);
    this.#out.text(global.name);
    this.#out.byte(op.STACK_GLOBAL);
    this.#memoize(global);
  }

  #takenApart(value: object, known: Known): Parts {
    try {
      const parts = known.form.takeApart?.(value);
      if (Array.isArray(parts?.args)) return parts;
    } catch (error) {
      throw error instanceof PicklingError ? this.#refusal(error.message) : error;
    }
    throw this.#refusal(`the \`reduce\` of '${String(known)}' on the allow-list must return an array of arguments`);
  }

  /** A class, its arguments, what it contains, its state: in Python's order. */
  #parts(value: object, type: PyGlobal, { args, bare = false, contents, state }: Parts): void {
    this.#global(type);
    this.#arguments(args);
    this.#out.byte(bare ? op.NEWOBJ : op.REDUCE);
    if (this.#isMade(value, [op.POP])) return;
    this.#memoize(value);
    if (Array.isArray(contents)) this.#appends(contents);
    else if (types.isMap(contents)) this.#setItems(contents);
    else if (types.isSet(contents)) this.#addItems(contents);
    if (state === undefined) return;
    this.#put(state);
    this.#out.byte(op.BUILD);
  }

  #arguments(args: readonly unknown[]): void {
    if (args.length === 0) {
      this.#out.byte(op.EMPTY_TUPLE);
      return;
    }
    this.#out.byte(op.MARK);
    for (let i = 0; i < args.length; i++) this.#child(i, args[i]);
    this.#out.byte(op.TUPLE);
  }

  /** An object whose parts lead back to it was made on the way: these opcodes drop the second one. */
  #isMade(value: object, drop: readonly number[]): boolean {
    if (!this.#memo?.has(value)) return false;
    for (const code of drop) this.#out.byte(code);
    return this.#recall(value);
  }

  #recall(value: object): boolean {
    const index = this.#memo?.get(value);
    if (index === undefined) return false;
    if (index < 256) this.#out.op1(op.BINGET, index);
    else this.#out.op4(op.LONG_BINGET, index);
    return true;
  }

  #memoize(value: object): void {
    this.#memo ??= new Map();
    this.#memo.set(value, this.#memo.size);
    this.#out.byte(op.MEMOIZE);
  }

  #refusal(reason: string): PicklingError {
    const place = placeOf('value', this.#path.slice(0, Math.min(this.#depth, longestPlace)));
    return new PicklingError(place === '' ? reason : `${place}: ${reason}`);
  }
}

const bytearray = new PyGlobal('builtins.bytearray');

function isHashable(value: unknown, seen: Set<unknown> = new Set()): boolean {
  if (value instanceof PyTuple)
    return seen.has(value) || (seen.add(value), value.every((item) => isHashable(item, seen)));
  if (typeof value !== 'object' || value === null || value instanceof PyFrozenSet) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isDict = prototype === Object.prototype || prototype === null || types.isMap(value);
  return !(Array.isArray(value) || isDict || types.isSet(value) || value instanceof PyByteArray);
}

function unsendable(value: object): string {
  if (types.isPromise(value)) return 'a promise cannot be sent: await it, and send its value';
  const type: unknown = value.constructor;
  const name = typeof type === 'function' && type.name !== '' ? type.name : 'a class without a name';
  if (ArrayBuffer.isView(value))
    return `a ${name} cannot be sent: send a Uint8Array of its bytes, or an array of its numbers`;
  return `an object of ${name} cannot be sent: \`allow({ 'module.Name': ${name} })\` says which class of Python it is; or send its fields as a plain object`;
}
