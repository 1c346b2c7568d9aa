/**
 * What all copies of this package in one thread must know together: a bundle carries a copy of its own, and the boot
 * file of a thread another.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Reference } from './reference.ts';

interface Registry {
  /** Functions and classes → where they are found. */
  readonly references: WeakMap<Function, Reference>;
  /** Module → what `importable` named there. */
  readonly named: Map<string, Map<string, Function>>;
  /** Module → its exports, of those that were imported for a reference. */
  readonly modules: Map<string, object>;
  /** Module → a function of it that was sent: it sees what else is in its module. */
  readonly members: Map<string, Function>;
  /** {@link keyOf} a reference → what it means here. */
  readonly targets: Map<string, Function>;
  /** The module that is being imported for a reference, in whatever runs for it. */
  readonly importing: AsyncLocalStorage<string>;
}

const key = Symbol.for('@p8/pickle.registry');
const holder = globalThis as { [key]?: Registry };

export const registry: Registry = (holder[key] ??= {
  references: new WeakMap(),
  named: new Map(),
  modules: new Map(),
  members: new Map(),
  targets: new Map(),
  importing: new AsyncLocalStorage(),
});

/** The function that a reference means in this thread, if it was met before. */
export function known(reference: Reference): Function | undefined {
  return registry.targets.get(keyOf(reference));
}

/** Remembers what a reference means. */
export function remember(reference: Reference, target: Function): void {
  registry.targets.set(keyOf(reference), target);
}

function keyOf({ url, binding, hash }: Reference): string {
  return `${hash} ${binding} ${url}`;
}
