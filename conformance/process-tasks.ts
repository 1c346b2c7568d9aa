/** What the processes of multiprocessing.test.ts do. */
import { SystemExit, ValueError } from '@p8/errors';
import { Client, Process } from '@p8/multiprocessing';
import type { ConnectionAddress, Lock, RLock, SimpleQueue, Value } from '@p8/multiprocessing';

export function ok(): void {}

export function ex(): void {
  throw new SystemExit(3);
}

export function exs(): void {
  throw new SystemExit('msg');
}

export function bad(): void {
  throw new ValueError('x');
}

export async function slp(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}

export function hard(): void {
  // as os._exit: without the handlers of `exit`; missing from the types
  (process as unknown as { reallyExit(status: number): never }).reallyExit(9);
}

export async function d(address: ConnectionAddress): Promise<void> {
  using w = await Client(address);
  try {
    new Process({ target: ok }).start();
    await w.send('ok');
  } catch (error) {
    await w.send(`${(error as Error).name}: ${(error as Error).message}`);
  }
}

export function holdForEver(lock: Lock): void {
  lock.acquireSync();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Takes a lock and gives it back, again and again, and counts. */
export function takeForEver(lock: Lock, count: Value<'i'>): void {
  for (;;) lock.withSync(() => count.add(1));
}

/** Tries what only the holder of a lock may do. */
export function ch(lock: RLock, out: SimpleQueue): void {
  const taken = lock.acquireSync({ blocking: false });
  try {
    lock.release();
  } catch (error) {
    const { name, message } = error as Error;
    out.put([taken, { class: name, message }]);
  }
}

export function boom(): never {
  throw new ValueError('boom');
}

export function unp(): unknown {
  return () => 1;
}

export async function slow(seconds: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  return seconds;
}

export function die(): void {
  process.kill(process.pid, 'SIGKILL');
  for (;;) ok();
}

export function absolute(x: number): number {
  return Math.abs(x);
}
