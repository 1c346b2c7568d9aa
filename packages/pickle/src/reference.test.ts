/** Functions and classes are found without a word of the user, and the same ones are had in another thread. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { KeyError } from '@p8/errors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workElsewhere } from '../test/reexports.ts';
import anonymous, * as targets from '../test/targets.ts';
import { nameOf } from '../test/names.ts';
import { Thread } from '../test/thread.ts';
import { dump } from './index.ts';

const require = createRequire(import.meta.url);
const here = new URL('../test/', import.meta.url).href;

describe.each(['load', 'loadSync'] as const)('%s finds', (how) => {
  let thread: Thread;
  beforeAll(async () => {
    thread = await Thread.start(how);
  });
  afterAll(() => thread.end());

  test.each([
    ['an exported function', targets.work, 'work'],
    ['an arrow', targets.arrow, 'arrow'],
    ['an async function', targets.later, 'later'],
    ['a class', targets.Point, 'Point'],
    ['a function under another name', targets.renamed, 'renamed'],
    ['a closure that a function made', targets.made, 'made'],
    ['the default export', anonymous, 'default'],
    ['a re-exported function', workElsewhere, 'work'],
  ] as [string, Function, string][])('%s', async (_, target, name) => {
    expect(await thread.call(nameOf, target)).toBe(name);
  });

  test('functions of CommonJS, those too that import does not show', async () => {
    const module = require('../test/targets.cjs') as Record<'work' | 'computed', () => unknown> & {
      Type: typeof Object;
    };
    expect(await thread.call(targets.apply, module.work, 5)).toBe(15);
    expect(await thread.call(targets.apply, module.computed)).toBe('computed');
    const type = await thread.call(targets.identity, module.Type);
    expect(type).toBe(module.Type);
    const single = require('../test/single.cjs') as () => string;
    expect(await thread.call(targets.apply, single)).toBe('single');
  });

  test('functions of the language, of Node and of @p8/errors', async () => {
    expect(await thread.call(targets.apply, Number, '12')).toBe(12);
    expect(await thread.call(targets.apply, readFileSync, import.meta.filename, 'utf8')).toContain('of the language');
    expect(await thread.call(targets.identity, KeyError)).toBe(KeyError);
  });
});

describe('with await', () => {
  let thread: Thread;
  beforeAll(async () => {
    thread = await Thread.start();
  });
  afterAll(() => thread.end());

  test('modules of data: URLs and with a query are imported', async () => {
    const url = 'data:text/javascript,export function twice(n) { return 2 * n }';
    const { twice } = (await import(url)) as { twice: (n: number) => number };
    expect(await thread.call(targets.apply, twice, 4)).toBe(8);
    const queried = (await import(`${here}targets.ts?again`)) as typeof targets;
    expect(queried.work).not.toBe(targets.work);
    expect(await thread.call(targets.apply, queried.work, 4)).toBe(8);
    expect(await thread.call(nameOf, queried.work)).toBe(undefined);
  });

  test('what the module does not export is refused there, with the fix', async () => {
    const { hidden } = targets.notExported() as { hidden: () => void };
    await expect(thread.call(targets.identity, hidden)).rejects.toMatchObject({
      name: 'UnpicklingError',
      message: `hidden is not exported from ${here}targets.ts: write \`export\` before it; if a bundler put it there, export it from the bundle's entry, or leave its module external`,
    });
  });

  test('a module that fails raises its own error there', async () => {
    const url =
      'data:text/javascript,import { isMainThread } from "node:worker_threads"; export function f() {} ' +
      'if (!isMainThread) throw new RangeError("not in a thread")';
    const { f } = (await import(url)) as { f: () => void };
    await expect(thread.call(targets.apply, f)).rejects.toThrow(new RangeError('not in a thread'));
  });
});

test('without await, a module that needs one is refused with the fix', async () => {
  const thread = await Thread.start('loadSync');
  const url = 'data:text/javascript,export function twice(n) { return 2 * n }';
  const { twice } = (await import(url)) as { twice: (n: number) => number };
  await expect(thread.call(targets.apply, twice, 4)).rejects.toMatchObject({
    name: 'UnpicklingError',
    message: `${url} can only be imported with await: import it before, or use the form that returns a promise`,
  });
  const waiting = await import('../test/top-level-await.ts');
  await expect(thread.call(waiting.target)).rejects.toMatchObject({
    name: 'UnpicklingError',
    message: `${here}top-level-await.ts has a top-level await, which a blocking call cannot wait for: import it before, or use the form that returns a promise`,
  });
  await thread.end();
});

describe('refuses', () => {
  const advice =
    'is not an exported function at the top level of its module: export it from there, and give it its values in `args`';
  const bad = {
    method() {},
    nested: () => {
      function inside(): void {}
      return inside;
    },
  };

  test.each([
    ['an inline arrow', () => {}, /^The function at file:.*\/reference\.test\.ts(\?vitest=\d+)?:\d+ is not/],
    ['an inner function', bad.nested(), /^inside at file:.* is not an exported function at the top level/],
    // oxlint-disable-next-line typescript/unbound-method -- somebody does
    ['a method', bad.method, /^method at file:/],
    [
      'another closure of the same text',
      targets.others[0]!,
      new RegExp(`^The function at ${here}targets.ts:\\d+ ${advice}$`),
    ],
    [
      'a bound function',
      targets.work.bind(null),
      'bound work is a bound function and cannot be sent: pass the function itself and put the bound values in `args`',
    ],
    ['a proxy', new Proxy(targets.work, {}), 'work is a Proxy and cannot be sent: pass the function itself'],
    [
      'a native function',
      [].map,
      'map is a function of the platform that no module exports: export a function of your own that calls it',
    ],
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- somebody does
    ['new Function', new Function('return 1'), 'anonymous comes from eval, the REPL or -e: put it in a file'],
  ] as [string, Function, string | RegExp][])('%s', (_, target, message) => {
    for (const twice of [1, 2]) {
      const thrown = expect(() => dump(target), String(twice));
      if (typeof message === 'string') thrown.toThrow(expect.objectContaining({ name: 'PicklingError', message }));
      else thrown.toThrow(message);
    }
  });
});

describe('a program', () => {
  const root = new URL('../', import.meta.url);
  const lines = `
    import { dump, importable, isMain } from '@p8/pickle';
    export function work() {}
    if (process.argv[2] === 'named') importable({ url: 'file:///a/module.js' }, { work });
    try { dump(work); console.log('found'); } catch (error) { console.log(error.message); }
  `;
  const run = (args: string[]): string =>
    spawnSync(process.execPath, ['-C', '@p8/source', ...args], { cwd: root, encoding: 'utf8', input: lines }).stdout;

  test('on the command line or from stdin is refused, with the fix', () => {
    const sentence = 'work comes from eval, the REPL or -e: put it in a file\n';
    expect(run(['--input-type=module', '-e', lines])).toBe(sentence);
    expect(run(['--input-type=module', '-'])).toBe(sentence);
  });

  test('without the inspector names its functions by hand', () => {
    const denied = ['--permission', '--allow-fs-read=*', '--input-type=module', '-'];
    expect(run(denied)).toBe(
      'work cannot be located without the inspector: name it with `importable(import.meta, { work })`, or start node with --allow-inspector\n',
    );
    expect(run([...denied, 'named'])).toBe('found\n');
  });
});
