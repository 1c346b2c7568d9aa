/** What the executor suite has done elsewhere. */
import { SystemExit, ValueError } from '@p8/errors';
import type { Event } from '@p8/threading';

export function power(base: number, exponent: number): number {
  return base ** exponent;
}

export async function later<T>(value: T): Promise<T> {
  await new Promise((resolve) => setImmediate(resolve));
  return value;
}

export function fail(message: string): never {
  throw new ValueError(message);
}

export function failAbove(value: number, limit: number): number {
  if (value > limit) throw new ValueError(`${value} is above ${limit}`);
  return value;
}

export function waitFor(go: Event): void {
  go.waitSync();
}

export function startAndWait(started: Event, go: Event): void {
  started.set();
  go.waitSync();
}

export function nothing(): void {}

export function f(): void {}

export function leaveSystem(): never {
  throw new SystemExit(5);
}
