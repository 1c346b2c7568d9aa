/** A program and its thread, each with an assertion that fails. */
import { once } from 'node:events';
import { isMainThread, Worker } from 'node:worker_threads';
import { assert, AssertionError, attempt, except } from '@p8/errors';

function check(n: number): string {
  assert(n % 2 === 0, () => `odd: ${n}`);
  return 'passed';
}

console.log(
  isMainThread ? 'main:' : 'thread:',
  attempt(() => check(3), except(AssertionError, String)),
);
if (isMainThread) await once(new Worker(new URL(import.meta.url)), 'exit');
