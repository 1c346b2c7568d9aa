/** Calls with keywords, as Python makes them. */
import type { Keywords } from './wire.ts';

/**
 * The names of what methods take, in their order: `'*'` ends those that may be given by place. `new` is the constructor. A method
 * that is not listed gets keywords as one object, after what was given by place.
 */
export type Signatures = Readonly<Record<string, readonly string[]>>;

/** What a function is called with. Raises TypeError for a keyword that it does not take. */
export function argumentsFor(
  method: string,
  args: readonly unknown[],
  keywords: Keywords | undefined,
  signatures: Signatures | undefined,
): readonly unknown[] {
  const names = signatures !== undefined && Object.hasOwn(signatures, method) ? signatures[method] : undefined;
  if (names === undefined) return keywords === undefined || isEmpty(keywords) ? args : [...args, keywords];
  const byPlace = names.includes('*') ? names.indexOf('*') : names.length;
  if (args.length > byPlace)
    throw new TypeError(`${method}() takes ${byPlace} positional arguments but ${args.length} were given`);
  const all = [...args];
  const order = names.filter((name) => name !== '*');
  for (const [name, value] of Object.entries(keywords ?? {})) {
    const place = order.indexOf(name);
    if (place === -1) throw new TypeError(`${method}() got an unexpected keyword argument '${name}'`);
    if (place < args.length) throw new TypeError(`${method}() got multiple values for argument '${name}'`);
    all[place] = value;
  }
  // what is left out in between takes its default
  return Array.from(all);
}

function isEmpty(keywords: Keywords): boolean {
  return Object.keys(keywords).length === 0;
}
