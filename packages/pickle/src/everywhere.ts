/** What every thread has by the same name without importing it for a reference. */
import * as errors from '@p8/errors';

const places: readonly (readonly [url: string, names: Readonly<Record<string, unknown>>])[] = [
  ['globalThis', globalThis],
  ['@p8/errors', errors],
];

/** Where everyone has this function or class. */
export function placeEverywhere(target: Function): [url: string, binding: string] | undefined {
  const { name } = target;
  const found = places.find(([, names]) => Object.hasOwn(names, name) && names[name] === target);
  return found && [found[0], name];
}

/** What everyone has by this name. */
export function targetEverywhere(url: string, binding: string): Function | undefined {
  const names = places.find(([place]) => place === url)?.[1];
  const target = names && Object.hasOwn(names, binding) ? names[binding] : undefined;
  return typeof target === 'function' ? target : undefined;
}
