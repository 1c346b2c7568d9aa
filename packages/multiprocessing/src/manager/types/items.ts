/** What Python would find in a value that it goes through. */
import { types } from 'node:util';
import { BaseProxy } from '../base-proxy.ts';
import { isDict, typeName } from './equality.ts';

/** The items of a list, tuple, set or text, the keys of a dict; of a proxy of an object that lives here, those of the object. */
export function itemsOf(value: unknown): unknown[] {
  const content = value instanceof BaseProxy ? value.getValueSync() : value;
  if (Array.isArray(content)) return [...(content as unknown[])];
  if (typeof content === 'string') return Array.from(content);
  if (content instanceof Uint8Array) return [...content];
  if (types.isSet(content)) return [...content];
  if (isDict(content)) return content instanceof Map ? [...content.keys()] : Object.keys(content);
  throw new TypeError(`'${typeName(content)}' object is not iterable`);
}
