/** The other end of `sent`: the object in this thread. */
import * as threading from '@p8/threading';
import type { Sent } from './actor.ts';

export function receive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('type' in value)) return value;
  const { type, args } = value as Sent;
  const made = (threading as unknown as Record<string, new (...args: unknown[]) => object>)[type];
  if (made === undefined) throw new TypeError(`@p8/threading has no ${type}`);
  return new made(...args.map(receive));
}
