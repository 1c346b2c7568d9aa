import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changeUser } from './passwd.ts';
import { hashPassword, parseHash, verifyPassword } from './password.ts';
import { SingleUser, UsersFile, parseUsers } from './users.ts';

const cheap = { N: 16, r: 1, p: 1 };
const bytes = (text: string) => Buffer.from(text);
const unexpected = (error: Error) => {
  throw error;
};

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'p8-users-'));
  file = join(folder, 'users');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('passwords', () => {
  test('the right password fits its hash, and no other does', async () => {
    const hash = await hashPassword(bytes('Grüße'), cheap);
    expect(hash).toMatch(/^scrypt\$16\$1\$1\$/);
    expect(await verifyPassword(bytes('Grüße'), hash)).toBe(true);
    for (const wrong of ['', 'grüße', 'Grüße ']) expect(await verifyPassword(bytes(wrong), hash)).toBe(false);
  });

  test('the same password has another hash each time', async () => {
    expect(await hashPassword(bytes('x'), cheap)).not.toBe(await hashPassword(bytes('x'), cheap));
  });

  test.each(['', 'secret', 'scrypt$16$1$1$$', 'scrypt$15$1$1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdHNhbHQ', 'md5$x'])(
    '%j is no hash',
    (hash) => {
      expect(() => parseHash(hash)).toThrow(/scrypt/);
    },
  );

  test('a hash cannot ask for the whole memory', () => {
    const text = 'c2FsdHNhbHRzYWx0c2FsdHNhbHQ';
    expect(() => parseHash(`scrypt$1073741824$8$1$${text}$${text}`)).toThrow(/N=16384/);
  });

  test('many at once are all done, and none is mixed up', async () => {
    const hash = await hashPassword(bytes('7'), cheap);
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => verifyPassword(bytes(String(i)), hash)));
    expect(all.indexOf(true)).toBe(7);
    expect(all.lastIndexOf(true)).toBe(7);
  });
});

describe('changeUser', () => {
  const entry = async (name: string, password: string) => ({
    name,
    password: await hashPassword(bytes(password), cheap),
    access: 'write' as const,
  });

  test('adds, changes and removes; the file is for its owner alone', async () => {
    const anna = await entry('anna', 'a');
    expect(await changeUser(file, 'anna', () => anna)).toBe('added');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const bert = await entry('bert', 'b');
    expect(await changeUser(file, 'bert', () => bert)).toBe('added');
    expect(await changeUser(file, 'anna', (old) => ({ ...anna, ...old, access: 'read' }))).toBe('changed');
    expect(parseUsers(readFileSync(file, 'utf8'), file)).toEqual([{ ...anna, access: 'read' }, bert]);
    expect(await changeUser(file, 'anna', () => undefined)).toBe('removed');
    expect(await changeUser(file, 'anna', () => undefined)).toBe('absent');
    expect(parseUsers(readFileSync(file, 'utf8'), file)).toEqual([bert]);
    expect(readdirSync(folder)).toEqual(['users']);
  });

  test('comments stay', async () => {
    writeFileSync(file, '# staff\n');
    const anna = await entry('anna', 'a');
    await changeUser(file, 'anna', () => anna);
    expect(readFileSync(file, 'utf8')).toMatch(/^# staff\n\{"name":"anna"/);
  });

  test('a file that cannot be understood is left alone', async () => {
    writeFileSync(file, 'anna:secret\n');
    await expect(changeUser(file, 'bert', () => undefined)).rejects.toThrow(/users, line 1: not JSON/);
    expect(readFileSync(file, 'utf8')).toBe('anna:secret\n');
    expect(readdirSync(folder)).toEqual(['users']);
  });

  test('two at once: the second is told what to do, and the first is not disturbed', async () => {
    writeFileSync(`${file}.lock`, '');
    await expect(changeUser(file, 'anna', () => undefined)).rejects.toThrow(/remove that file/);
    expect(readdirSync(folder)).toEqual(['users.lock']);
  });

  test('a folder that is not there is named', async () => {
    await expect(changeUser(join(folder, 'no', 'users'), 'anna', () => undefined)).rejects.toThrow(
      /there is no folder/,
    );
  });
});

describe('parseUsers', () => {
  const hash = 'scrypt$16$1$1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdHNhbHQ';

  test.each([
    ['not JSON', '{"name":"a"', /line 2: not JSON/],
    ['no password', '{"name":"a"}', /line 2: password/],
    ['a plain password', '{"name":"a","password":"secret"}', /line 2: the password must be a hash/],
    [
      'a home that is relative',
      `{"name":"a","password":"${hash}","home":"x"}`,
      /line 2: home: must be an absolute path/,
    ],
    ['an access nobody knows', `{"name":"a","password":"${hash}","access":"all"}`, /line 2: access/],
    ['a misspelt key', `{"name":"a","password":"${hash}","hoem":"/x"}`, /line 2: .*hoem/],
    ['a name with a line end', `{"name":"a\\nb","password":"${hash}"}`, /line 2: name: must be a name/],
    ['the same name twice', `{"name":"z","password":"${hash}"}`, /line 2: there is already a user z/],
  ])('%s is refused with its line', (_, line, message) => {
    const first = `{"name":"z","password":"${hash}"}`;
    expect(() => parseUsers(`${first}\n${line}\n`, 'users')).toThrow(message);
  });

  test('empty lines and comments are skipped', () => {
    expect(parseUsers('\n# x\n  \n', 'users')).toEqual([]);
  });
});

describe('UsersFile', () => {
  test('checks a user, and sees a changed file without a restart', async () => {
    const first = await hashPassword(bytes('old'), cheap);
    await changeUser(file, 'anna', () => ({ name: 'anna', password: first, home: '/srv/anna', access: 'read' }));
    const users = await UsersFile.open(file, '/srv', unexpected);
    expect(await users.check('anna', bytes('old'))).toEqual({ name: 'anna', home: '/srv/anna', access: 'read' });
    expect(await users.check('anna', bytes('new'))).toBeUndefined();
    expect(await users.check('nobody', bytes('old'))).toBeUndefined();
    const second = await hashPassword(bytes('new'), cheap);
    await changeUser(file, 'anna', () => ({ name: 'anna', password: second, access: 'write' }));
    expect(await users.check('anna', bytes('new'))).toEqual({ name: 'anna', home: '/srv', access: 'write' });
    expect(await users.check('anna', bytes('old'))).toBeUndefined();
  });

  test('a file that is broken later is told once, and the users before stay', async () => {
    const hash = await hashPassword(bytes('x'), cheap);
    await changeUser(file, 'anna', () => ({ name: 'anna', password: hash, access: 'write' }));
    const errors: string[] = [];
    const users = await UsersFile.open(file, '/srv', (error) => errors.push(error.message));
    writeFileSync(file, 'broken');
    expect(await users.check('anna', bytes('x'))).toBeDefined();
    expect(await users.check('anna', bytes('x'))).toBeDefined();
    expect(errors).toEqual([expect.stringContaining('line 1: not JSON')]);
  });

  test('a file that is not there is an error that names the command', async () => {
    await expect(UsersFile.open(file, '/srv', unexpected)).rejects.toThrow(/p8-ftp passwd NAME --users/);
  });
});

test('SingleUser knows one name and one password', async () => {
  const account = { name: 'p8', home: '/srv', access: 'write' } as const;
  const users = new SingleUser(account, await hashPassword(bytes('x'), cheap));
  expect(await users.check('p8', bytes('x'))).toBe(account);
  expect(await users.check('p8', bytes('y'))).toBeUndefined();
  expect(await users.check('p9', bytes('x'))).toBeUndefined();
});
