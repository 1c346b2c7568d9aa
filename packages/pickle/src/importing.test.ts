/** What a thread imports may start no thread itself; a program that waits at its top level is no deadlock. */
import { expect, test } from 'vitest';
import { runProgram } from '../test/programs.ts';
import { Thread } from '../test/thread.ts';
import { identity } from '../test/targets.ts';
import { importing, refuseWhileImporting } from './index.ts';

const url = (name: string): string => new URL(`../test/${name}`, import.meta.url).href;

test.each(['load', 'loadSync'])('a program without a guard is told so (%s)', (how) => {
  const { stdout, stderr, status } = runProgram('unguarded.ts', [how]);
  const reason =
    how === 'load'
      ? `RuntimeError: ${url('unguarded.ts')} started a thread while it was imported for another one: put its main part under \`if (isMain(import.meta))\`\n`
      : `UnpicklingError: ${url('unguarded.ts')} has a top-level await, which a blocking call cannot wait for: import it before, or use the form that returns a promise\n`;
  expect({ stdout, stderr, status }).toEqual({ stdout: reason, stderr: '', status: 0 });
});

test('functions and errors of a program come back to it while it waits at its top level', () => {
  const { stdout, stderr, status } = runProgram('guarded.ts', ['load']);
  expect({ stdout, stderr, status }).toEqual({
    stdout: 'true\ntrue Special: from the program\n',
    stderr: '',
    status: 0,
  });
});

test('what cannot be imported from a waiting program is refused with the fix, not waited for', () => {
  const waiting = runProgram('awaiting.ts', ['at the top level']);
  expect(waiting).toEqual({
    stdout: `UnpicklingError: ${url('awaiting.ts')} is still in its top-level await, so that nothing can be imported from it: move what others need to a module of its own, or name it with \`importable(import.meta, { … })\`\n`,
    stderr: '',
    status: 0,
  });
  expect(runProgram('awaiting.ts')).toEqual({ stdout: 'the same function\n', stderr: '', status: 0 });
});

test('a function that a thread calls is not importing any more', async () => {
  const thread = await Thread.start();
  expect(await thread.call(importing)).toBe(undefined);
  await thread.call(refuseWhileImporting, 'a thread');
  expect(await thread.call(identity, importing)).toBe(importing);
  await thread.end();
});
