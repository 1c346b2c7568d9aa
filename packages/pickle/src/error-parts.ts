/** An error taken apart, and an empty one of its class made without running the constructors of its class. */
import { addNote, BaseExceptionGroup, contextOf, notesOf, setContext } from '@p8/errors';
import { types } from 'node:util';
import { PicklingError } from './pickle-error.ts';
import { type Reference, reference } from './reference.ts';
import type { ErrorDetails } from './steps.ts';

/** Any error: also one of another realm, and one that an old library made without calling `Error`. */
export function isError(value: object): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** The classes of an error, its own first, of those that can be found by others: the last one always can. */
export function typesOf(error: Error): Reference[] {
  const found: Reference[] = [];
  for (let at = Object.getPrototypeOf(error) as object | null; at; at = Object.getPrototypeOf(at) as object | null) {
    const type: unknown = Object.hasOwn(at, 'constructor') ? at.constructor : undefined;
    if (typeof type !== 'function' || type === Object) continue;
    const place = placeOf(type);
    if (place) found.push(place);
    if (place && (place.url === 'globalThis' || place.url === '@p8/errors')) return found;
  }
  return [...found, reference(Error)];
}

/** An error class of another realm is taken for the one of the same name here. */
function placeOf(type: Function): Reference | undefined {
  try {
    return reference(type);
  } catch (error) {
    if (!(error instanceof PicklingError)) throw error;
    const same = globalThis[type.name as keyof typeof globalThis] as unknown;
    return typeof same === 'function' && (same === Error || Error.isPrototypeOf(same)) ? reference(same) : undefined;
  }
}

/** The fields of an error, with what says whether a loop shows them; its texts go on their own. */
export function fieldsOf(error: Error): [key: string, value: unknown, shown: boolean][] {
  return Object.entries(Object.getOwnPropertyDescriptors(error))
    .filter(([key, field]) => 'value' in field && !(isText(key) && typeof field.value === 'string'))
    .map(([key, { value, enumerable }]) => [key, value, enumerable === true]);
}

function isText(key: string): boolean {
  return key === 'message' || key === 'stack';
}

/** A text of an error. Programs put anything there, and getters may raise, as `Error.prepareStackTrace` of the program may. */
export function textOf(error: Error, key: 'name' | 'message' | 'stack'): string | undefined {
  try {
    const text: unknown = error[key];
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

/** What an error is remembered with, beside its fields. */
export function memoryOf(error: Error): { context: readonly unknown[]; notes: readonly string[] } {
  const context = contextOf(error);
  return { context: context === undefined ? [] : [context], notes: notesOf(error) };
}

/** A true error of this class, whose fields are still missing. It keeps its name where its own class is not known. */
export function emptyError(type: Function, name: string | undefined, message: string | undefined): Error {
  const error = ofClass(type, name, message);
  if (name !== undefined && error.name !== name) hide(error, 'name', name);
  return error;
}

function ofClass(type: Function, name: string | undefined, message: string | undefined): Error {
  if (type === DOMException || DOMException.isPrototypeOf(type))
    return Object.setPrototypeOf(new DOMException(message, name), type.prototype as object) as Error;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0; // its own stack arrives with it
  try {
    if (!isGroup(type)) return Reflect.construct(Error, message === undefined ? [] : [message], type) as Error;
    const args = [message ?? '', [new Error()]]; // groups check that they hold an error; the true ones follow
    return Object.setPrototypeOf(Reflect.construct(BaseExceptionGroup, args, type), type.prototype as object) as Error;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Fills an error that arrived. */
export function completeError(error: Error, { shown, hidden, stack, context, notes }: ErrorDetails): void {
  for (const [fields, enumerable] of [
    [shown, true],
    [hidden, false],
  ] as const)
    for (const [key, value] of Object.entries(fields))
      Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
  if (stack !== undefined) hide(error, 'stack', stack);
  if (error instanceof BaseExceptionGroup) Object.freeze(error.errors);
  for (const note of notes) addNote(error, note);
  if (context.length > 0) setContext(error, context[0]);
}

function isGroup(type: Function): boolean {
  return type === BaseExceptionGroup || BaseExceptionGroup.isPrototypeOf(type);
}

/**
 * Says where an error that arrived was raised, and adds the calls of this thread: below the remote stack comes a line
 * `--- raised in thread "worker-1" ---`, then the caller's frames. Gives the error back.
 *
 * @param where `thread "worker-1"`, `process 4711`
 * @param below the frames above this function are left out. Default: those of `raisedIn`
 */
export function raisedIn<E>(error: E, where: string, below: Function = raisedIn): E {
  if (typeof error !== 'object' || error === null || !isError(error)) return error;
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, below);
  const frames = (here.stack ?? '').split('\n').slice(1);
  hide(
    error,
    'stack',
    [textOf(error, 'stack') ?? String(error), `    --- raised in ${where} ---`, ...frames].join('\n'),
  );
  return error;
}

/** Sets a field that a loop does not show, as the language does with `stack`. */
function hide(error: Error, key: string, value: string): void {
  Object.defineProperty(error, key, { value, enumerable: false, writable: true, configurable: true });
}
