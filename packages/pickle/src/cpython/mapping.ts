/** A class of Python and one here: how a user says what becomes of what. */
import { errorForm } from './error-form.ts';
import { attributesOf, type Class, type Form, setField } from './known.ts';

/** How a class travels. Each part may be left out. */
export interface PythonClass {
  /** The class here whose objects are sent as Python's. Without it, objects only arrive. */
  readonly type?: Class;
  /** The arguments with which Python calls its class for this object. Default: none, and the fields are its attributes. */
  readonly reduce?: (value: never) => readonly unknown[];
  /** An object from the arguments that Python sent. Default: `new type(...args)`, or a bare object where there are none. */
  readonly rebuild?: (...args: never) => unknown;
  /** What Python's `__setstate__` gets; undefined for nothing. Default: with `reduce` nothing, else a dict of the fields. */
  readonly getState?: (value: never) => unknown;
  /** Takes what Python's `__getstate__` gave. Default: the attributes become fields; setters are not run. */
  readonly setState?: (value: never, state: unknown) => void;
}

/** The user's functions as they are called: each knows what it gets. */
interface Given {
  readonly reduce?: (value: object) => readonly unknown[];
  readonly rebuild?: (...args: readonly unknown[]) => unknown;
  readonly getState?: (value: object) => unknown;
  readonly setState?: (value: object, state: unknown) => void;
}

export function mapping(path: string, given: PythonClass): Form {
  const { type } = given;
  const { reduce, rebuild, getState, setState } = given as Given;
  refuseIncomplete(path, given);
  const make = type as Newable;
  const isError = type !== undefined && (type === Error || Error.isPrototypeOf(type));
  const error = isError ? errorForm(type as Class<Error>) : undefined;
  const makes = rebuild && ((args: readonly unknown[]) => rebuild(...args));
  return {
    ...(type && { type }),
    call: makes ?? error?.call ?? ((args) => Reflect.construct(make, args) as unknown),
    create: makes ?? ((args) => (args.length === 0 ? bare(make) : (Reflect.construct(make, args) as unknown))),
    setState: setState ?? error?.setState ?? setAttributes,
    takeApart(value) {
      const own = error?.takeApart?.(value);
      const state = getState ? getState(value) : own?.state;
      if (reduce) return { args: reduce(value), state };
      if (own) return { ...own, state };
      return { args: [], bare: true, state: getState ? state : fieldsOf(value), contents: value };
    },
  };
}

type Newable = new (...args: unknown[]) => object;

function refuseIncomplete(path: string, { type, rebuild, reduce, getState }: PythonClass): void {
  if (type !== undefined && typeof type !== 'function')
    throw new TypeError(`allow: the \`type\` of '${path}' must be a class`);
  if (type === undefined && rebuild === undefined)
    throw new TypeError(`allow: '${path}' must have a \`type\` or a \`rebuild\``);
  if (type === undefined && (reduce ?? getState))
    throw new TypeError(`allow: '${path}' has a \`reduce\` or \`getState\` without the \`type\` it is for`);
}

/** An object on which no constructor of the user's ran, as Python's `__new__` makes it. */
function bare(type: Newable): object {
  const base = [Array, Map, Set].find((base) => base.isPrototypeOf(type));
  return base ? (Reflect.construct(base, [], type) as object) : (Object.create(type.prototype as object) as object);
}

function setAttributes(value: object, state: unknown): void {
  const attributes = attributesOf(state);
  if (!attributes)
    throw new TypeError('its state is no dict of attributes: give its entry on the allow-list a `setState`');
  for (const [name, attribute] of attributes) setField(value, name, attribute);
}

/** The fields of an object as a dict; undefined if it has none. What an array holds is no field. */
function fieldsOf(value: object): object | undefined {
  const fields = Object.entries(value).filter(([name]) => !Array.isArray(value) || !(Number(name) >= 0));
  return fields.length === 0 ? undefined : new Map(fields);
}
