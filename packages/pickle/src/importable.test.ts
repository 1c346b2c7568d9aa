/** What a module names by hand is found without being exported. */
import { expect, test } from 'vitest';
import { parts } from '../test/named.ts';
import { apply, identity } from '../test/targets.ts';
import { Thread } from '../test/thread.ts';
import { importable } from './index.ts';
import { reference } from './reference.ts';

test.each(['load', 'loadSync'] as const)('functions and classes that are named need no export (%s)', async (how) => {
  const thread = await Thread.start(how);
  const { secret, Closed } = parts();
  expect(await thread.call(apply, secret)).toBe('found by name');
  expect(await thread.call(identity, Closed)).toBe(Closed);
  await thread.end();
});

test('a module of CommonJS gives its `module`', () => {
  const target = (): void => {};
  importable({ filename: '/a/module.cjs' }, { target });
  expect(reference(target)).toMatchObject({ url: 'file:///a/module.cjs', binding: 'target' });
});

test('where import.meta is empty, as in a bundle in CommonJS, the module is the caller', () => {
  const target = (): void => {};
  importable({}, { target });
  expect(reference(target).url).toContain('/importable.test.ts');
});

test('what is no module, and what is no function, is refused', () => {
  expect(() => importable(undefined as never, {})).toThrow(
    new TypeError('importable: the first argument must be import.meta, or module in CommonJS'),
  );
  expect(() => importable(import.meta, { five: 5 as never })).toThrow(
    new TypeError('importable: five must be a function or a class'),
  );
});
