import * as targets from './targets.ts';

/** What `targets.ts`, as this thread has it, calls a function. */
export function nameOf(target: Function): string | undefined {
  return Object.entries(targets).find(([, value]) => value === target)?.[0];
}
