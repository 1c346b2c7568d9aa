/** What Python has and JavaScript has not, or does not tell apart. */
import { ValueError } from '@p8/errors';
import { importable } from '../importable.ts';
import { reducible } from '../reduce.ts';

/**
 * The method's name by which an object says what it is in Python: `[pythonReduce]() { return new PyObject('module.Name', args); }`.
 * One symbol for all copies of this package.
 */
export const pythonReduce: unique symbol = Symbol.for('@p8/pickle.pythonReduce') as typeof pythonReduce;

/** A tuple: `PyTuple.of(1, 'x')`. Plain arrays are lists. What arrives as a tuple is one of these, an array all the same. */
export class PyTuple<T = unknown> extends Array<T> {
  /** A tuple of these items, which may be of different types. */
  static override of<T extends readonly unknown[]>(...items: T): PyTuple<T[number]> {
    return super.of(...items) as PyTuple<T[number]>;
  }
}

/** A frozenset, which can be a key or a member of another set. Any other Set is a set. */
export class PyFrozenSet<T = unknown> extends Set<T> {}

/** A bytearray. Any other Uint8Array is bytes. */
export class PyByteArray extends Uint8Array {}

/** A float that has no fraction: `new PyFloat(2)` is Python's `2.0`, where `2` is its `2`. It counts as its number. */
export class PyFloat {
  readonly value: number;

  constructor(value: number) {
    if (typeof value !== 'number') throw new TypeError(`PyFloat: the value must be a number, not ${typeof value}`);
    this.value = value;
  }

  valueOf(): number {
    return this.value;
  }
}

/** The name of a class or function of Python. Nothing is known of it but its name. */
export class PyGlobal {
  readonly module: string;
  /** Its qualified name: `Outer.Inner` for a class inside another. */
  readonly name: string;

  /** @param path `'shapes.Point'`; a colon ends the module where the name has a dot itself: `'shapes:Outer.Inner'` */
  constructor(path: string) {
    const colon = path.indexOf(':');
    const end = colon === -1 ? path.lastIndexOf('.') : colon;
    if (end < 1 || end === path.length - 1)
      throw new ValueError(`a name of Python must have the form 'module.Name', not '${path}'`);
    this.module = path.slice(0, end);
    this.name = path.slice(end + 1);
  }

  toString(): string {
    return `${this.module}.${this.name}`;
  }
}

export interface PyObjectOptions {
  /** What Python's `__setstate__` gets; by default a Map of the object's attributes. */
  readonly state?: unknown;
  /** Made by `__new__` alone, without `__init__`, as most objects travel that have a state. Default: false. */
  readonly bare?: boolean;
}

/** An object of Python whose class has no counterpart here. It goes back as what it was. */
export class PyObject {
  readonly type: PyGlobal;
  /** The arguments its class is called with. */
  readonly args: readonly unknown[];
  readonly state: unknown;
  readonly bare: boolean;

  constructor(type: string | PyGlobal, args: readonly unknown[] = [], options: PyObjectOptions = {}) {
    this.type = typeof type === 'string' ? new PyGlobal(type) : type;
    this.args = args;
    this.state = options.state;
    this.bare = options.bare ?? false;
  }
}

/** An object that says what it is in Python. */
export interface PythonReducible {
  [pythonReduce](): PyObject;
}

/** Of one number, `new PyTuple(3)` would be something else. */
export function tupleOf(items: readonly unknown[]): PyTuple {
  return PyTuple.from(items);
}

// values of Python keep their types also between threads and processes of ours
reducible(PyTuple, (tuple) => [tupleOf, [Array.from(tuple)]]);
reducible(PyFrozenSet, (set) => [PyFrozenSet, [[...set]]]);
reducible(PyByteArray, (bytes) => [PyByteArray, [new Uint8Array(bytes)]]);
reducible(PyFloat, ({ value }) => [PyFloat, [value]]);
reducible(PyGlobal, ({ module, name }) => [PyGlobal, [`${module}:${name}`]]);
reducible(PyObject, ({ type, args, state, bare }) => [PyObject, [type, args, { state, bare }]]);

// in a bundle nobody exports them
importable(import.meta, { tupleOf, PyFrozenSet, PyByteArray, PyFloat, PyGlobal, PyObject });
