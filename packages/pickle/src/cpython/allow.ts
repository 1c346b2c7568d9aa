/** Which classes of Python may arrive, and what they become here. */
import { ValueError } from '@p8/errors';
import { exceptions } from './exceptions.ts';
import { type Class, type Entry, type Form, Known, opaque } from './known.ts';
import { mapping, type PythonClass } from './mapping.ts';
import { PyGlobal, PyObject } from './python-types.ts';
import { standard } from './standard.ts';

/**
 * What a class or function of Python becomes:
 *
 * - a class: its objects, both ways, by their fields; an error class by its arguments
 * - a function: what it returns for the arguments, one way
 * - a {@link PythonClass}: as it says
 * - `PyObject`: kept as it is, and sent back unchanged
 * - `PyGlobal`: may be named as a value, not called
 */
export type Allowed = Class | ((...args: never) => unknown) | PythonClass;

/** Names of Python (`'module.Name'`, `'module:Outer.Inner'`) → what they become. */
export type AllowList = Readonly<Record<string, Allowed>>;

/** Where names and classes are found; in `parent`, if they are not found here. */
export class Table {
  readonly #names = new Map<string, Known>();
  readonly #prototypes = new Map<object, Known>();
  readonly #parent: Table | undefined;

  constructor(parent?: Table) {
    this.#parent = parent;
  }

  /** The first entry counts: of several for one name, and of several for one class. A later list comes before an earlier. */
  add(entries: readonly Entry[]): this {
    for (const [path, form] of entries.toReversed()) {
      const known = new Known(path, form);
      this.#names.set(known.toString(), known);
      if (form.type) this.#prototypes.set(form.type.prototype as object, known);
    }
    return this;
  }

  named(name: string): Known | undefined {
    return this.#names.get(name) ?? this.#parent?.named(name);
  }

  withPrototype(prototype: object): Known | undefined {
    return this.#prototypes.get(prototype) ?? this.#parent?.withPrototype(prototype);
  }
}

const common: Table = new Table().add(standard).add(exceptions);
/** Python's `...`. */
export const Ellipsis: PyGlobal = common.named('builtins.Ellipsis') as PyGlobal;

const lists = new WeakMap<AllowList, Table>();

/**
 * Allows these classes of Python in every `load` of this thread from now on, and says as what objects of the classes here
 * are sent. Raises ValueError for a name without a module, and TypeError for what no class can become.
 *
 *     allow({ 'shapes.Point': Point, 'decimal.Decimal': (text: string) => new Big(text) })
 */
export function allow(list: AllowList): void {
  common.add(entriesOf(list));
}

/** The table for one call: its own list comes before what all calls know. A list is read once. */
export function tableOf(list: AllowList | undefined): Table {
  if (list === undefined) return common;
  const found = lists.get(list);
  if (found) return found;
  const table = new Table(common).add(entriesOf(list));
  lists.set(list, table);
  return table;
}

function entriesOf(list: AllowList): Entry[] {
  if (typeof list !== 'object' || list === null)
    throw new TypeError("allow: the list must be an object such as { 'shapes.Point': Point }");
  return Object.entries(list).map(([path, allowed]) => {
    if (!path.includes('.') && !path.includes(':'))
      throw new ValueError(`allow: '${path}' has no module: write it as 'module.${path}'`);
    return [path, formOf(path, allowed)];
  });
}

function formOf(path: string, allowed: Allowed): Form {
  if (allowed === PyObject) return opaque(PyObject);
  if (allowed === PyGlobal) return {};
  if (typeof allowed === 'object' && allowed !== null) return mapping(path, allowed);
  if (typeof allowed !== 'function')
    throw new TypeError(
      `allow: '${path}' must become a class, a function, an object with \`type\` or \`rebuild\`, PyObject or PyGlobal`,
    );
  if (isClass(allowed)) return mapping(path, { type: allowed });
  return { call: (args) => (allowed as (...args: readonly unknown[]) => unknown)(...args) };
}

function isClass(target: Function): target is Class & Function {
  return Object.getOwnPropertyDescriptor(target, 'prototype')?.writable === false;
}
