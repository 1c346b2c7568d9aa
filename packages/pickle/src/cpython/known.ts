/** A class or function of Python that is on the allow-list: how it is made here, and how it is taken apart. */
import { type PyObject, PyGlobal } from './python-types.ts';

/** A class here. */
export type Class<T = unknown> = abstract new (...args: never) => T;

/** How values are made: the options of `load` that concern them. */
export interface How {
  readonly dict: 'map' | 'object';
  readonly exact: boolean;
  /** The function of ours that the user called: the stack of an error that arrives begins above it. */
  readonly entry: Function;
}

/** What an object becomes: the arguments of its class, and what follows. */
export interface Parts {
  readonly args: readonly unknown[];
  /** Made by `__new__` alone. */
  readonly bare?: boolean;
  /** Left out where it is undefined. */
  readonly state?: unknown;
  /** An array, a Map or a Set, of whose class Python's is: its items are sent as such. */
  readonly contents?: object;
}

export interface Form {
  /** The class here whose objects are sent as this one. */
  readonly type?: Class;
  /** Python's `Name(*args)`. Without it the name may be named, not called. */
  readonly call?: (args: readonly unknown[], how: How, global: PyGlobal) => unknown;
  /** Python's `Name.__new__(Name, *args)`. Default: as `call`. */
  readonly create?: (args: readonly unknown[], how: How, global: PyGlobal) => unknown;
  /** Python's `value.__setstate__(state)`. */
  readonly setState?: (value: object, state: unknown) => void;
  /** Its parts, for sending it. */
  readonly takeApart?: (value: object) => Parts;
  /** A function that makes an object of the class among its arguments: those of copyreg. */
  readonly target?: (args: readonly unknown[]) => readonly [type: unknown, args: readonly unknown[]];
}

export class Known extends PyGlobal {
  readonly #form: Form;

  constructor(path: string, form: Form) {
    super(path);
    this.#form = form;
  }

  get form(): Form {
    return this.#form;
  }
}

/** An entry of a list of known names. */
export type Entry = readonly [path: string, form: Form];

/** The attributes in a state: a dict, or a pair of dicts where the class has slots. Undefined for any other state. */
export function attributesOf(state: unknown): [name: string, value: unknown][] | undefined {
  if (Array.isArray(state) && state.length === 2) {
    const [fields, slots] = state.map((part) => (part === null ? [] : attributesOf(part)));
    return fields && slots && [...fields, ...slots];
  }
  if (!(state instanceof Map) && !isPlain(state)) return undefined;
  const entries = state instanceof Map ? [...state] : Object.entries(state);
  return entries.every((entry): entry is [string, unknown] => typeof entry[0] === 'string') ? entries : undefined;
}

/** Whether a value is a dict that arrived as an object. */
export function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Sets a field without running a setter. */
export function setField(target: object, name: string, value: unknown): void {
  if (name in target)
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  else (target as Record<string, unknown>)[name] = value;
}

/** `PyObject` as a form: kept as it is. */
export function opaque(type: typeof PyObject): Form {
  return {
    call: (args, _how, global) => new type(global, args),
    create: (args, _how, global) => new type(global, args, { bare: true }),
    setState: (value, state) => void Object.assign(value, { state }),
  };
}
