/**
 * Whether a thread left something behind in its worker: a look before and after. What cannot be seen: timers and servers
 * that were unref'd, descriptors, pending promises, async hooks, the state of modules. A Python thread leaves those too.
 */
import { resetLocals } from './thread-local.ts';

/** What can be seen of the state of a worker. */
export type Look = readonly unknown[];

/** Looks at what a thread could have changed. */
export function look(): Look {
  const listeners = process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`);
  return [
    ...process.getActiveResourcesInfo().toSorted(),
    ...listeners,
    ...[globalThis, Object.prototype, Array.prototype, Function.prototype].flatMap(Reflect.ownKeys),
    process.hasUncaughtExceptionCaptureCallback(),
    process.exitCode,
    console.log,
    // compared, not called
    Reflect.get(process.stdout, 'write'),
    Reflect.get(process.stderr, 'write'),
  ];
}

/** Whether nothing changed. Forgets what the thread kept in its ThreadLocals. */
export function isSame(before: Look, after: Look): boolean {
  return resetLocals() && before.length === after.length && before.every((seen, i) => seen === after[i]);
}
