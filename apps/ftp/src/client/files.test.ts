/** Whole files, against pyftpdlib: what is kept, resumed, verified and never lost. */
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pyftpdlib } from '../../test/client/foreign-servers.ts';
import type { ForeignServer } from '../../test/client/foreign-servers.ts';
import { downloadFile } from './download-file.ts';
import { PermanentError, TransferError } from './errors.ts';
import { FTP } from './ftp.ts';
import { uploadFile } from './upload-file.ts';

const content = randomBytes(2_000_000);
const sha256 = createHash('sha256').update(content).digest('hex');
let server: ForeignServer;
let ftp: FTP;
let folder: string;
const here = (name: string) => join(folder, name);
const there = (name: string) => join(server.root, name);

beforeAll(async () => {
  server = await pyftpdlib();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'p8-ftp-client-'));
  for (const name of readdirSync(server.root)) rmSync(there(name), { recursive: true });
  writeFileSync(there('file'), content);
  ftp = new FTP({ timeout: 20 });
  await ftp.connect('127.0.0.1', server.port);
  await ftp.login(server.user, server.password);
});
afterEach(async () => {
  await ftp[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

describe('downloadFile', () => {
  it('gives the file its name when it is whole, and tells its SHA-256', async () => {
    writeFileSync(here('file'), 'the old one');
    const told: [number, number | undefined][] = [];
    const progress = (done: number, total: number | undefined) => {
      expect(readFileSync(here('file'), 'utf8')).toBe('the old one');
      told.push([done, total]);
    };
    const result = await downloadFile(ftp, 'file', here('file'), { progress });
    expect(result).toEqual({ size: content.length, resumed: 0, sha256 });
    expect(readFileSync(here('file')).equals(content)).toBe(true);
    expect(readdirSync(folder)).toEqual(['file']);
    expect(told.at(-1)).toEqual([content.length, content.length]);
  });

  it('keeps the part and the target when it is aborted, and resumes', async () => {
    writeFileSync(here('file'), 'the old one');
    const controller = new AbortController();
    const progress = (done: number) => done > 500_000 && controller.abort(new Error('enough'));
    const download = downloadFile(ftp, 'file', here('file'), { signal: controller.signal, progress });
    await expect(download).rejects.toThrow('enough');
    expect(readFileSync(here('file'), 'utf8')).toBe('the old one');
    const part = readFileSync(here('file.part'));
    expect(part.length).toBeGreaterThan(500_000);
    expect(part.equals(content.subarray(0, part.length))).toBe(true);
    const result = await downloadFile(ftp, 'file', here('file'), { resume: true });
    expect(result).toEqual({ size: content.length, resumed: part.length, sha256 });
    expect(readdirSync(folder)).toEqual(['file']);
    expect(readFileSync(here('file')).equals(content)).toBe(true);
  });

  it('only gives the name when the part was whole already', async () => {
    writeFileSync(here('file.part'), content);
    const result = await downloadFile(ftp, 'file', here('file'), { resume: true });
    expect(result).toEqual({ size: content.length, resumed: content.length, sha256 });
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('begins anew unless told to resume', async () => {
    writeFileSync(here('file.part'), 'something else');
    expect(await downloadFile(ftp, 'file', here('file'))).toMatchObject({ resumed: 0, sha256 });
  });

  it('resumes from nothing where there is no part', async () => {
    expect(await downloadFile(ftp, 'file', here('file'), { resume: true })).toMatchObject({ resumed: 0, sha256 });
  });

  it('refuses to resume what is longer than the file there, or older', async () => {
    writeFileSync(here('file.part'), Buffer.alloc(content.length + 1));
    await expect(downloadFile(ftp, 'file', here('file'), { resume: true })).rejects.toThrow(TransferError);
    writeFileSync(here('file.part'), content.subarray(0, 10));
    utimesSync(here('file.part'), 1000, 1000);
    await expect(downloadFile(ftp, 'file', here('file'), { resume: true })).rejects.toThrow('has changed');
    expect(readdirSync(folder)).toEqual(['file.part']);
  });

  it('refuses another SHA-256 than was required, and leaves the target', async () => {
    writeFileSync(here('file'), 'the old one');
    const download = downloadFile(ftp, 'file', here('file'), { sha256: '0'.repeat(64) });
    await expect(download).rejects.toMatchObject({ expected: '0'.repeat(64), actual: sha256 });
    expect(readFileSync(here('file'), 'utf8')).toBe('the old one');
    expect(readdirSync(folder)).toEqual(['file']);
    await downloadFile(ftp, 'file', here('file'), { sha256: sha256.toUpperCase() });
  });

  it('leaves nothing behind for a file that is not there', async () => {
    await expect(downloadFile(ftp, 'nothing', here('nothing'))).rejects.toThrow(PermanentError);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('never writes through a link that waits in the name of the part', async () => {
    writeFileSync(here('victim'), 'precious');
    symlinkSync('victim', here('file.part'));
    await expect(downloadFile(ftp, 'file', here('file'), { resume: true })).rejects.toMatchObject({ code: 'ELOOP' });
    await downloadFile(ftp, 'file', here('file'));
    expect(readFileSync(here('victim'), 'utf8')).toBe('precious');
  });

  it('does not take the name when another program has replaced the part', async () => {
    const replace = () => {
      rmSync(here('file.part'), { force: true });
      writeFileSync(here('file.part'), 'theirs');
    };
    await expect(downloadFile(ftp, 'file', here('file'), { progress: replace })).rejects.toThrow('another program');
    expect(readFileSync(here('file.part'), 'utf8')).toBe('theirs');
    expect(existsSync(here('file'))).toBe(false);
  });

  it('raises what the disk says', async () => {
    await expect(downloadFile(ftp, 'file', here('no/such/folder'))).rejects.toMatchObject({ code: 'ENOENT' });
    mkdirSync(here('file'));
    await expect(downloadFile(ftp, 'file', here('file'))).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(folder).sort()).toEqual(['file', 'file.part']);
  });
});

describe('uploadFile', () => {
  it('sends a file', async () => {
    writeFileSync(here('new'), content);
    const told: [number, number][] = [];
    const progress = (done: number, total: number) => told.push([done, total]);
    expect(await uploadFile(ftp, here('new'), 'new', { progress })).toEqual({ size: content.length, resumed: 0 });
    expect(readFileSync(there('new')).equals(content)).toBe(true);
    expect(told.at(-1)).toEqual([content.length, content.length]);
  });

  it('goes on after what is there', async () => {
    writeFileSync(here('new'), content);
    writeFileSync(there('new'), content.subarray(0, 700_000));
    expect(await uploadFile(ftp, here('new'), 'new', { resume: true })).toEqual({
      size: content.length,
      resumed: 700_000,
    });
    expect(readFileSync(there('new')).equals(content)).toBe(true);
    expect(await uploadFile(ftp, here('new'), 'new', { resume: true })).toMatchObject({ resumed: content.length });
    expect(await uploadFile(ftp, here('new'), 'other', { resume: true })).toMatchObject({ resumed: 0 });
  });

  it('refuses to go on after more than it has', async () => {
    writeFileSync(here('new'), 'short');
    await expect(uploadFile(ftp, here('new'), 'file', { resume: true })).rejects.toThrow(TransferError);
    expect(readFileSync(there('file')).equals(content)).toBe(true);
  });

  it('refuses what is no regular file', async () => {
    await expect(uploadFile(ftp, folder, 'new')).rejects.toThrow('no regular file');
    await expect(uploadFile(ftp, here('nothing'), 'new')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
