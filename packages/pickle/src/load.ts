/** What was dumped, made into the value again: the receiver's half of `dump.ts`. */
import { Arrived } from './descriptor.ts';
import { completeError, emptyError } from './error-parts.ts';
import { UnpicklingError } from './pickle-error.ts';
import type { Reference } from './reference.ts';
import { resolve, resolveSync } from './resolve.ts';
import { type ErrorDetails, put, step, type Wire } from './steps.ts';

/** Gives the function or class, or raises why it cannot. */
type Found = () => Function;

/**
 * The value of a parcel's `data`, which must be used once. Imports the modules of the functions and classes in it.
 * Raises UnpicklingError for those that are not exported, and what a module or a rebuilding function raises. An error
 * whose class cannot be had is of the nearest class above it that can.
 *
 * Where the value cannot be made whole, what was made of its parts and has `[Symbol.dispose]` is disposed of.
 *
 * @param descriptors those that came beside the data. One that an object takes is -1 in the list then; the caller closes the others
 */
export async function load(data: unknown, descriptors: number[] = []): Promise<unknown> {
  if (!Array.isArray(data)) return data;
  const [root, steps, references] = data as unknown as Wire;
  return steps ? build(root, steps, await Promise.all(references.map(found)), descriptors) : root;
}

/** The same without waiting. Raises UnpicklingError also for a module that cannot be imported so: one with a top-level await. */
export function loadSync(data: unknown, descriptors: number[] = []): unknown {
  if (!Array.isArray(data)) return data;
  const [root, steps, references] = data as unknown as Wire;
  return steps
    ? build(
        root,
        steps,
        references.map((reference) => () => resolveSync(reference)),
        descriptors,
      )
    : root;
}

async function found(reference: Reference): Promise<Found> {
  try {
    const target = await resolve(reference);
    return () => target;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function build(
  root: readonly [unknown],
  steps: readonly unknown[],
  targets: readonly Found[],
  descriptors: number[],
): unknown {
  const made: unknown[] = [];
  try {
    follow(steps, targets, descriptors, made);
    return root[0];
  } catch (error) {
    for (const object of made.toReversed()) (object as Partial<Disposable> | null | undefined)?.[Symbol.dispose]?.();
    throw error;
  }
}

function follow(steps: readonly unknown[], targets: readonly Found[], descriptors: number[], made: unknown[]): void {
  let at = 0;
  const next = <T>(): T => steps[at++] as T;
  while (at < steps.length) {
    const word = next<number>();
    if (word === step.place) put(next(), next(), made[next<number>()]);
    else if (word === step.fill) fill(next(), next());
    else if (word === step.function) made.push(targets[next<number>()]!());
    else if (word === step.make) made.push(rebuild(targets[next<number>()]!(), next()));
    else if (word === step.buffer) made.push(asBuffer(next()));
    else if (word === step.error)
      made.push(emptyError(nearest(next<number[]>().map((type) => targets[type]!)), next(), next()));
    else if (word === step.complete) completeError(made[next<number>()] as Error, next<ErrorDetails>());
    else if (word === step.descriptor) made.push(new Arrived(descriptors, next()));
    else throw new UnpicklingError('load: this is not what dump gave, or another version of @p8/pickle made it');
  }
}

function fill(collection: Map<unknown, unknown> | Set<unknown>, items: readonly unknown[]): void {
  if (collection instanceof Set) for (const item of items) collection.add(item);
  else for (let i = 0; i < items.length; i += 2) collection.set(items[i], items[i + 1]);
}

/** Only of classes is the prototype fixed. */
function rebuild(target: Function, args: readonly unknown[]): unknown {
  const isClass = Object.getOwnPropertyDescriptor(target, 'prototype')?.writable === false;
  return isClass ? Reflect.construct(target, args) : Reflect.apply(target, undefined, args);
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

/** The first that is there. The last always is: `typesOf` sees to that. */
function nearest(types: readonly Found[]): Function {
  for (const type of types.slice(0, -1)) {
    try {
      return type();
    } catch {
      // its module cannot be loaded here: the class above will do
    }
  }
  return types.at(-1)!();
}
