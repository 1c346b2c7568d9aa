/**
 * The status of a process that `SystemExit` or `KeyboardInterrupt` ends, as in Python: the exit's own, silently, or 130
 * after the traceback. Nothing is changed for a program that catches them, nor for one that handles uncaught errors.
 *
 * https://docs.python.org/3/library/exceptions.html#SystemExit
 */
const exits = new WeakSet<Error>();
let watching = false;

/** Called by the constructors of the two classes: an import alone adds no listener. */
export function exitWithStatus(error: Error): void {
  exits.add(error);
  if (watching) return;
  watching = true;
  const { isMainThread } = process.getBuiltinModule('node:worker_threads');
  if (!isMainThread) return; // a worker's uncaught error is its parent's affair
  process.on('uncaughtExceptionMonitor', (uncaught) => {
    if (!exits.has(uncaught) || process.listenerCount('uncaughtException') > 0) return;
    if (!('code' in uncaught)) process.once('exit', () => (process.exitCode = 130)); // earlier, Node overwrites it
    else if (typeof uncaught.code === 'string') {
      process.stderr.write(`${uncaught.code}\n`);
      process.exit(1);
    } else process.exit((uncaught.code as number | undefined) ?? 0);
  });
}
