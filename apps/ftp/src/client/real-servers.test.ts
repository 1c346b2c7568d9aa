/** The client against servers by others, as Debian has them, and against our own. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pyftpdlib, vsftpd } from '../../test/client/foreign-servers.ts';
import type { ForeignServer } from '../../test/client/foreign-servers.ts';
import { ownServer } from '../../test/client/own-server.ts';
import { PermanentError } from './errors.ts';
import { FTP } from './ftp.ts';
import type { FTPOptions } from './ftp.ts';

const servers = [
  { name: 'our own server', start: ownServer, folder: '/', hasMlsd: true },
  { name: 'our own server on IPv6', start: () => ownServer('::1'), folder: '/', hasMlsd: true },
  { name: 'pyftpdlib', start: pyftpdlib, folder: '/', hasMlsd: true },
  { name: 'vsftpd', start: vsftpd, folder: '/files', hasMlsd: false },
  { name: 'pyftpdlib on IPv6', start: () => pyftpdlib('::1'), folder: '/', hasMlsd: true },
] as const;

describe.each(servers)('with $name', ({ start, folder, hasMlsd, name }) => {
  const host = name.endsWith('IPv6') ? '::1' : '127.0.0.1';
  let server: ForeignServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  async function session(options: FTPOptions = {}): Promise<FTP> {
    const ftp = new FTP({ timeout: 20, ...options });
    await ftp.connect(host, server.port);
    await ftp.login(server.user, server.password);
    await ftp.cwd(folder);
    return ftp;
  }
  const local = (file: string) => join(server.root, file);
  const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

  it.each([true, false])('a file goes there and back as it was; passive: %j', async (passive) => {
    await using ftp = await session({ passive });
    const content = randomBytes(3_000_001);
    const file = `round trip ${passive} ü.bin`;
    expect(await ftp.upload(content, file)).toBe(content.length);
    expect(sha256(readFileSync(local(file)))).toBe(sha256(content));
    expect(await ftp.size(file)).toBe(content.length);
    const hash = createHash('sha256');
    expect(await ftp.download(file, (data) => hash.update(data), { reuse: true })).toBe(content.length);
    expect(hash.digest('hex')).toBe(sha256(content));
  });

  it('an empty file is a file', async () => {
    await using ftp = await session();
    expect(await ftp.upload(Buffer.alloc(0), 'empty')).toBe(0);
    expect(await ftp.download('empty', () => expect.unreachable())).toBe(0);
  });

  it('parts are put together: append, rest, and an open file from an offset', async () => {
    await using ftp = await session();
    await ftp.upload([Buffer.from('one '), Buffer.from('two ')], 'parts');
    await ftp.upload(Buffer.from('three'), 'parts', { append: true });
    await ftp.upload(Buffer.from('TWO'), 'parts', { rest: 4 });
    const text: Buffer[] = [];
    await ftp.download('parts', (data) => text.push(data), { rest: 4 });
    // whether what follows the new bytes is kept is the server's choice
    expect(['TWO', 'TWO three']).toContain(String(Buffer.concat(text)));
    writeFileSync(local('source'), '0123456789');
    await using file = await open(local('source'));
    expect(await ftp.upload(file, 'copy', { offset: 7 })).toBe(3);
    expect(readFileSync(local('copy'), 'utf8')).toBe('789');
  });

  it('folders are made, entered, listed and removed', async () => {
    await using ftp = await session();
    const made = await ftp.mkd('a "b" c');
    await ftp.cwd('a "b" c');
    expect(await ftp.pwd()).toBe(join(folder, 'a "b" c'));
    expect(made).toMatch(/a "b" c$/);
    expect(await ftp.nlst()).toEqual([]);
    await ftp.upload(Buffer.from('x'), 'old');
    await ftp.rename('old', '-l');
    expect(await ftp.nlst()).toEqual(['-l']);
    expect((await ftp.list())[0]).toMatchObject({ name: '-l', type: 'file', size: 1 });
    await ftp.delete('-l');
    await ftp.cwd('..');
    await ftp.rmd('a "b" c');
    expect(existsSync(local('a "b" c'))).toBe(false);
  });

  it('a listing tells type, size and time', async () => {
    await using ftp = await session();
    mkdirSync(local('listed'));
    mkdirSync(local('listed/dir'));
    writeFileSync(local('listed/file'), '12345');
    symlinkSync('file', local('listed/link'));
    const entries = new Map((await ftp.list('listed')).map((entry) => [entry.name, entry]));
    expect(entries.get('dir')).toMatchObject({ type: 'dir' });
    expect(entries.get('file')).toMatchObject({ type: 'file', size: 5, mode: 0o644 });
    expect(entries.get('link')).toMatchObject({ type: 'link', target: expect.stringMatching(/^(\/listed\/)?file$/) });
    const age = Date.now() - (await ftp.mdtm('listed/file')).getTime();
    expect(Math.abs(age)).toBeLessThan(60_000);
    expect((await ftp.nlst('listed')).sort()).toEqual(['dir', 'file', 'link']);
    const facts = ftp.mlsd('listed', ['type', 'size']);
    if (hasMlsd) {
      const listed = (await facts).map(({ name, type }) => [name, type]);
      expect(listed).toEqual(
        expect.arrayContaining([
          ['dir', 'dir'],
          ['file', 'file'],
        ]),
      );
    } else await expect(facts).rejects.toThrow(PermanentError);
  });

  it('a refusal is a PermanentError, and the session goes on', async () => {
    await using ftp = await session();
    await expect(ftp.download('nothing', () => {})).rejects.toMatchObject({ code: 550, command: 'RETR nothing' });
    await expect(ftp.cwd('nothing')).rejects.toThrow(PermanentError);
    expect(await ftp.pwd()).toBe(folder);
  });

  it('an aborted download rejects with the reason, and the session goes on', async () => {
    writeFileSync(local('large'), '');
    truncateSync(local('large'), 100_000_000);
    await using ftp = await session();
    for (let i = 0; i < 5; i++) {
      const controller = new AbortController();
      const enough = new Error('enough');
      const progress = (done: number) => done > i * 1_000_000 && controller.abort(enough);
      const download = ftp.download('large', () => {}, { signal: controller.signal, progress });
      await expect(download).rejects.toBe(enough);
      expect(await ftp.pwd()).toBe(folder);
    }
  });

  it('an aborted upload rejects with the reason, and the session goes on', async () => {
    await using ftp = await session();
    for (let i = 0; i < 5; i++) {
      const controller = new AbortController();
      const enough = new Error('enough');
      const progress = (done: number) => done > i * 1_000_000 && controller.abort(enough);
      const upload = ftp.upload(endless(), 'cut', { signal: controller.signal, progress });
      await expect(upload).rejects.toBe(enough);
      expect(await ftp.pwd()).toBe(folder);
    }
  });

  it('a stuck source does not hold up an abort', async () => {
    await using ftp = await session();
    const controller = new AbortController();
    const stuck = (async function* () {
      yield Buffer.from('some');
      controller.abort(new Error('enough'));
      await new Promise(() => {});
    })();
    await expect(ftp.upload(stuck, 'stuck', { signal: controller.signal })).rejects.toThrow('enough');
    expect(await ftp.pwd()).toBe(folder);
  });

  it('a sink that fails ends the transfer with its error, and the session goes on', async () => {
    writeFileSync(local('file'), 'x'.repeat(1_000_000));
    await using ftp = await session();
    const full = new Error('the disk is full');
    const download = ftp.download('file', () => {
      throw full;
    });
    await expect(download).rejects.toBe(full);
    expect(await ftp.size('file')).toBe(1_000_000);
  });

  it('a wrong command does not lose the session', async () => {
    await using ftp = await session();
    await expect(ftp.sendcmd('XYZZY')).rejects.toThrow(PermanentError);
    expect((await ftp.sendcmd('SYST')).code).toBe(215);
    expect((await ftp.voidcmd('NOOP')).code).toBe(200);
  });
});

it('a wrong password is refused by the server, and not shown', async () => {
  await using server = await pyftpdlib();
  using ftp = new FTP({ timeout: 20 });
  await ftp.connect('127.0.0.1', server.port);
  const error = await ftp.login('anna', 'wrong hush').catch((error: unknown) => error);
  expect(error).toMatchObject({ code: 530 });
  expect(String(error)).not.toContain('hush');
});

async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) yield Buffer.alloc(64 * 1024);
}
