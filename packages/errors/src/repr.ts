/**
 * A value as code would write it: Python's `repr`. The module is fetched when it is first needed: an `import` of it costs
 * a millisecond in every thread, which nobody should pay who shows no error.
 */
export function repr(value: unknown): string {
  return process.getBuiltinModule('node:util').inspect(value);
}
