/** A file that warns, always from the same lines: a module for the filters to tell apart. */
import { deprecated, warn, type WarnOptions } from '@p8/errors';

export function warnHere(...args: [Parameters<typeof warn>[0], Parameters<typeof warn>[1]?, WarnOptions?]): void {
  warn(...args);
}

export function warnThere(text: string): void {
  warn(text);
}

export const old: (n: number) => number = deprecated((n: number) => n + 1, 'old is old');
