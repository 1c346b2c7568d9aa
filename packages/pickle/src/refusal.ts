/** The words for what cannot be sent: where it stands, what it is, and what to do instead. */

import { placeEverywhere } from './everywhere.ts';

/** `args[0].handler`; '' for the value itself. */
export function placeOf(name: string, path: readonly (string | number)[]): string {
  if (path.length === 0) return '';
  const parts = path.map((key) =>
    typeof key === 'number'
      ? `[${key}]`
      : /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
        ? `.${key}`
        : `[${JSON.stringify(key)}]`,
  );
  return `${name}${parts.join('')}`.replace(/^\./, '');
}

/** What an object that stays where it is should be called, and what can be sent for it. */
export function unsendable(value: object): { readonly name: string; readonly fix: string } {
  if (value instanceof Promise) return { name: 'a promise', fix: 'await it, and send its value' };
  const type: unknown = (value as { constructor?: unknown }).constructor;
  const name = typeof type === 'function' && type.name !== '' ? type.name : 'a class without a name';
  if (value instanceof AbortSignal)
    return { name: 'an AbortSignal', fix: 'give it away with `transfer(transferableAbortSignal(signal))` (node:util)' };
  if (ArrayBuffer.isView(value)) return { name: `the ${name}`, fix: 'send a Uint8Array of its bytes' };
  if (typeof type === 'function' && placeEverywhere(type))
    return { name: `the ${name}`, fix: 'send what it holds as plain data' };
  return {
    name: `the object of class ${name}`,
    fix: `give ${name} a method \`[reduce]\`, or send its fields as a plain object`,
  };
}
