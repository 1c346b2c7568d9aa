/** A test for vitest's own runner, which rewrites the text of functions. */
import { expect, test } from 'vitest';
import { isMain } from '../src/index.ts';
import * as targets from './targets.ts';
import { nameOf } from './names.ts';
import { Thread } from './thread.ts';

test('a target is found, and found again in a thread that runs without the runner', async () => {
  expect(isMain(import.meta)).toBe(false);
  const thread = await Thread.start();
  expect(await thread.call(nameOf, targets.work)).toBe('work');
  expect(await thread.call(nameOf, targets.default)).toBe('default');
  expect(await thread.call(targets.identity, targets.Point)).toBe(targets.Point);
  await thread.end();
});
