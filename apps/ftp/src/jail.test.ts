import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Jail, hasDescriptorPaths } from './jail.ts';
import { resolvePath } from './path.ts';

let base: string;
let home: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'p8-jail-')));
  home = join(base, 'home');
  mkdirSync(join(home, 'sub', 'deep'), { recursive: true });
  mkdirSync(join(base, 'outside'));
  writeFileSync(join(base, 'outside', 'secret'), 'secret');
  writeFileSync(join(home, 'a.txt'), 'a');
  writeFileSync(join(home, 'sub', 'b.txt'), 'b');
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

async function read(jail: Jail, path: string): Promise<string> {
  await using place = await jail.place(resolvePath([], path));
  const file = await place.openFile(constants.O_RDONLY);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

describe.each([
  ['on descriptors', hasDescriptorPaths],
  ['on checked paths', false],
])('Jail %s', (_, strong) => {
  test('paths in the home work, at any depth', async () => {
    await using jail = await Jail.open(home, strong);
    expect(await read(jail, 'a.txt')).toBe('a');
    expect(await read(jail, '/sub/b.txt')).toBe('b');
    expect(await read(jail, '../../../sub/b.txt')).toBe('b');
  });

  test('links that stay in the home work: relative, upwards, absolute, to a folder, in a chain', async () => {
    symlinkSync('sub/b.txt', join(home, 'relative'));
    symlinkSync('../../a.txt', join(home, 'sub', 'deep', 'up'));
    symlinkSync(join(home, 'sub'), join(home, 'absolute'));
    symlinkSync('absolute', join(home, 'chain'));
    await using jail = await Jail.open(home, strong);
    expect(await read(jail, 'relative')).toBe('b');
    expect(await read(jail, 'sub/deep/up')).toBe('a');
    expect(await read(jail, 'absolute/b.txt')).toBe('b');
    expect(await read(jail, 'chain/b.txt')).toBe('b');
    expect(await jail.linkTarget(['chain'])).toEqual(['sub']);
    await using view = await jail.folder(['chain']);
    expect(await view.names()).toEqual(['b.txt', 'deep']);
  });

  test.each([
    ['absolute', '/etc/passwd'],
    ['upwards', '../outside/secret'],
    ['upwards and back in', '../home/a.txt'],
    ['deep', 'sub/../../outside/secret'],
    ['to the root', '/'],
    ['a name that begins as the home does', undefined],
  ])('a link out of the home is refused, for every way to use it: %s', async (_, target) => {
    symlinkSync(target ?? `${home}-not`, join(home, 'bad'));
    await using jail = await Jail.open(home, strong);
    const refused = /leads out of the home/;
    await expect(jail.place(['bad'])).rejects.toThrow(refused);
    await expect(jail.place(['bad'], false)).rejects.toThrow(refused);
    await expect(jail.place(['bad', 'x'])).rejects.toThrow(refused);
    await expect(jail.folder(['bad'])).rejects.toThrow(refused);
    expect(await jail.linkTarget(['bad'])).toBeUndefined();
  });

  test('a link that is kept is the link itself, also when it leads nowhere', async () => {
    symlinkSync('absent', join(home, 'dangling'));
    symlinkSync('a.txt', join(home, 'good'));
    await using jail = await Jail.open(home, strong);
    for (const name of ['dangling', 'good']) {
      await using place = await jail.place([name], false);
      expect((await place.stat()).isSymbolicLink()).toBe(true);
      await place.unlink();
    }
    expect(readdirSync(home)).toEqual(['a.txt', 'sub']);
  });

  test('a circle of links ends', async () => {
    symlinkSync('two', join(home, 'one'));
    symlinkSync('one', join(home, 'two'));
    await using jail = await Jail.open(home, strong);
    await expect(jail.place(['one'])).rejects.toMatchObject({ code: 'ELOOP' });
    await expect(jail.folder(['one'])).rejects.toMatchObject({ code: 'ELOOP' });
  });

  test('the way to a name must exist, the name itself need not', async () => {
    await using jail = await Jail.open(home, strong);
    await using place = await jail.place(['new']);
    await expect(place.stat()).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(jail.place(['absent', 'new'])).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(jail.place(['a.txt', 'new'])).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(jail.folder(['a.txt'])).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  test('a FIFO and a folder are no files, and do not block', async () => {
    execFileSync('mkfifo', [join(home, 'fifo')]);
    await using jail = await Jail.open(home, strong);
    await expect(read(jail, 'fifo')).rejects.toThrow('not a regular file');
    await expect(read(jail, 'sub')).rejects.toThrow();
    await using place = await jail.place(['fifo']);
    await expect(place.openFile(constants.O_WRONLY)).rejects.toMatchObject({ code: 'ENXIO' });
  });

  test('the home can be neither removed nor renamed', async () => {
    await using jail = await Jail.open(home, strong);
    await using place = await jail.place([]);
    await expect(place.rmdir()).rejects.toThrow('home folder stays');
    await expect(place.rename(await jail.place(['x']))).rejects.toThrow('home folder stays');
  });

  test('names that are not UTF-8 pass', async () => {
    await using jail = await Jail.open(home, strong);
    await using made = await jail.place(['caf\xe9']);
    await made.mkdir(0o755);
    await using view = await jail.folder([]);
    expect(await view.names()).toContain('caf\xe9');
  });

  test('no descriptor stays open, whatever happened', async () => {
    symlinkSync('/etc', join(home, 'bad'));
    symlinkSync('sub/deep/../b.txt', join(home, 'good'));
    const before = descriptors();
    {
      await using jail = await Jail.open(home, strong);
      await expect(jail.place(['sub', 'deep', 'x', 'y'])).rejects.toThrow();
      await expect(jail.place(['bad', 'x'])).rejects.toThrow();
      expect(await read(jail, 'good')).toBe('b');
      await using place = await jail.place(['sub', 'deep', 'new']);
      await expect(place.openFile(constants.O_RDONLY)).rejects.toThrow();
    }
    expect(descriptors()).toBe(before);
  });
});

test.runIf(hasDescriptorPaths)('a folder swapped for a link in a loop never lets a request out', async () => {
  await using jail = await Jail.open(home);
  const swapped = join(home, 'swapped');
  mkdirSync(swapped);
  writeFileSync(join(swapped, 'secret'), 'inside');
  symlinkSync(join(base, 'outside'), join(home, 'evil'));
  const stop = new AbortController();
  const swapping = (async () => {
    let rounds = 0;
    for (; !stop.signal.aborted; rounds++) {
      renameSync(swapped, join(home, 'aside'));
      renameSync(join(home, 'evil'), swapped);
      await new Promise(setImmediate);
      renameSync(swapped, join(home, 'evil'));
      renameSync(join(home, 'aside'), swapped);
      await new Promise(setImmediate);
    }
    return rounds;
  })();
  const seen = new Set<string>();
  for (let i = 0; i < 1500; i++) {
    await read(jail, 'swapped/secret').then(
      (text) => seen.add(text),
      (error: Error) => seen.add(error.name),
    );
    const place = await jail.place(['swapped', `new${i}`]).catch(() => undefined);
    await place?.mkdir(0o755).catch(() => undefined);
    await place?.[Symbol.asyncDispose]();
    const victim = await jail.place(['swapped', 'secret'], false).catch(() => undefined);
    if (victim !== undefined && i % 100 === 99) await victim.unlink().catch(() => undefined);
    await victim?.[Symbol.asyncDispose]();
    if (i % 100 === 99) await restore(join(home, 'swapped', 'secret'), join(home, 'aside', 'secret'));
  }
  stop.abort();
  expect(await swapping).toBeGreaterThan(100);
  expect(seen).toContain('inside');
  expect(seen).toContain('Refused');
  expect(seen).not.toContain('secret');
  expect(readdirSync(join(base, 'outside'))).toEqual(['secret']);
  expect(readFileSync(join(base, 'outside', 'secret'), 'utf8')).toBe('secret');
});

/** Puts the inner file back, wherever its folder is at this moment, and never through the link. */
async function restore(...places: string[]): Promise<void> {
  const source = join(base, 'again');
  writeFileSync(source, 'inside');
  for (const place of places) {
    try {
      if (realpathSync(join(place, '..')).startsWith(home)) linkSync(source, place);
    } catch {
      // not there now
    }
  }
  unlinkSync(source);
}

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
