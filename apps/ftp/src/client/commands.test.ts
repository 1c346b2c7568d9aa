/** The subcommands, run as a program against pyftpdlib. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pyftpdlib } from '../../test/client/foreign-servers.ts';
import type { ForeignServer } from '../../test/client/foreign-servers.ts';
import { scripted } from '../../test/client/scripted-server.ts';

const CLI = fileURLToPath(new URL('../../test/client/cli.ts', import.meta.url));
const content = randomBytes(300_000);
const sha256 = createHash('sha256').update(content).digest('hex');
let server: ForeignServer;
let folder: string;
let url: string;
const here = (name: string) => join(folder, name);
const there = (name: string) => join(server.root, name);

beforeAll(async () => {
  server = await pyftpdlib();
  url = `ftp://anna@127.0.0.1:${server.port}`;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'p8-ftp-cli-'));
  for (const name of readdirSync(server.root)) rmSync(there(name), { recursive: true });
  writeFileSync(there('file.bin'), content);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function start(args: readonly string[], environment: NodeJS.ProcessEnv = { P8_FTP_PASSWORD: 'secret' }) {
  return spawn(process.execPath, ['-C', '@p8/source', CLI, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...environment },
  });
}

async function run(args: readonly string[], input = '', environment?: NodeJS.ProcessEnv) {
  const child = start(args, environment);
  child.stdin.end(input);
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, status: status as number };
}

const fine = (stdout: string) => ({ stdout, stderr: '', status: 0 });

describe('get', () => {
  it('downloads a file to its own name', async () => {
    expect(await run(['get', `${url}/file.bin`])).toEqual(fine('file.bin: 300000 bytes\n'));
    expect(readFileSync(here('file.bin')).equals(content)).toBe(true);
    expect(readdirSync(folder)).toEqual(['file.bin']);
  });

  it('downloads to a name, into a folder, to stdout', async () => {
    mkdirSync(here('dir'));
    expect(await run(['get', `${url}/file.bin`, 'other', '-q'])).toEqual(fine(''));
    expect(await run(['get', `${url}/file.bin`, 'dir'])).toEqual(fine('dir/file.bin: 300000 bytes\n'));
    expect(readFileSync(here('other')).equals(readFileSync(here('dir/file.bin')))).toBe(true);
    writeFileSync(there('text'), 'as it is\r\n');
    expect(await run(['get', `${url}/text`, '-'])).toEqual(fine('as it is\r\n'));
  });

  it('prints the SHA-256, and requires one', async () => {
    expect((await run(['get', `${url}/file.bin`, '--checksum', '-q'])).stdout).toBe(`${sha256}  file.bin\n`);
    const wrong = await run(['get', `${url}/file.bin`, 'wrong', '--checksum', '0'.repeat(64)]);
    expect(wrong).toMatchObject({ status: 1, stdout: '' });
    expect(wrong.stderr).toContain(`the file has the SHA-256 ${sha256}`);
    expect(existsSync(here('wrong'))).toBe(false);
    expect(await run(['get', `${url}/file.bin`, 'right', '--checksum', sha256])).toMatchObject({ status: 0 });
    expect((await run(['get', `${url}/file.bin`, '--checksum=abc'])).stderr).toContain('64 hexadecimal digits');
  });

  it('continues a part', async () => {
    writeFileSync(here('file.bin.part'), content.subarray(0, 100_000));
    const after = Date.now() / 1000 + 5;
    utimesSync(here('file.bin.part'), after, after);
    expect(await run(['get', `${url}/file.bin`, '-c'])).toEqual(
      fine('file.bin: 300000 bytes, 100000 of them were here\n'),
    );
    expect(readFileSync(here('file.bin')).equals(content)).toBe(true);
  });

  it('says what the server says, with status 1', async () => {
    expect(await run(['get', `${url}/nothing`])).toEqual({
      stdout: '',
      stderr: 'p8-ftp get: 550 No such file or directory. (RETR nothing)\n',
      status: 1,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps the part on Ctrl-C, says so, and ends with status 130', async () => {
    const ready = Promise.withResolvers<void>();
    await using slow = scripted(async (it) => {
      await it.say('220 slow');
      await it.hear('USER anna', '331 and?');
      await it.hear('PASS secret', '230 in');
      await it.hear('TYPE I', '200 ok');
      await it.hear('SIZE file.bin', '213 300000');
      using listener = await it.passive();
      const accepted = listener.accept();
      await it.hear('RETR file.bin', '150 here');
      using data = (await accepted)[0];
      await data.sendall(content.subarray(0, 100_000));
      ready.resolve();
      await it.hear('ABOR', '426 cut', '226 ok');
      await it.hear('NOOP', '200 ok');
      await it.hear('QUIT', '221 bye');
      void data;
    });
    const child = start(['get', `ftp://anna@127.0.0.1:${slow.port}/file.bin`]);
    const stderr = text(child.stderr);
    await ready.promise;
    await partOf(100_000);
    child.kill('SIGINT');
    expect((await once(child, 'close'))[0]).toBe(130);
    await slow.done;
    expect(await stderr).toBe('100000 bytes are kept in file.bin.part; go on with --continue\n');
    expect(readFileSync(here('file.bin.part')).equals(content.subarray(0, 100_000))).toBe(true);
  });
});

describe('put', () => {
  it('uploads a file to a name, or into a folder', async () => {
    writeFileSync(here('new'), content);
    mkdirSync(there('dir'));
    expect(await run(['put', 'new', `${url}/other`])).toEqual(fine('other: 300000 bytes\n'));
    expect(await run(['put', 'new', `${url}/dir/`])).toEqual(fine('dir/new: 300000 bytes\n'));
    expect(readFileSync(there('dir/new')).equals(readFileSync(there('other')))).toBe(true);
  });

  it('uploads stdin', async () => {
    expect(await run(['put', '-', `${url}/piped`], 'from a pipe')).toEqual(fine('piped: 11 bytes\n'));
    expect(readFileSync(there('piped'), 'utf8')).toBe('from a pipe');
    expect((await run(['put', '-', `${url}/`])).stderr).toContain('must end in the name');
  });

  it('continues what is there', async () => {
    writeFileSync(here('new'), content);
    writeFileSync(there('new'), content.subarray(0, 100_000));
    expect(await run(['put', '-c', 'new', `${url}/`])).toEqual(fine('new: 300000 bytes, 100000 of them were there\n'));
    expect(readFileSync(there('new')).equals(content)).toBe(true);
  });

  it('says which file is missing', async () => {
    const { stderr, status } = await run(['put', 'nothing', `${url}/x`]);
    expect({ stderr, status }).toMatchObject({ stderr: expect.stringContaining("'nothing'"), status: 1 });
  });
});

describe('ls, rm, mkdir, mv', () => {
  it('list and change a folder', async () => {
    utimesSync(there('file.bin'), 1_000_000_000, 1_000_000_000);
    expect(await run(['ls', url])).toEqual(fine('-  300000  2001-09-09 01:46  file.bin\n'));
    expect(await run(['mkdir', `${url}/dir`])).toEqual(fine(''));
    expect(await run(['mv', `${url}/file.bin`, 'dir/moved'])).toEqual(fine(''));
    expect(await run(['ls', '-1', `${url}/dir`])).toEqual(fine('moved\n'));
    expect(await run(['rm', `${url}/dir/moved`])).toEqual(fine(''));
    expect(await run(['rm', '-d', `${url}/dir`])).toEqual(fine(''));
    expect(readdirSync(server.root)).toEqual([]);
  });

  it('show a hostile name as it is spelt, and list by LIST where there is no MLSD', async () => {
    await using hostile = scripted(async (it) => {
      await it.greet();
      await it.hear('TYPE A', '200 ok');
      (await it.passive()).close();
      // refused before it is connected
      it.close();
    });
    expect((await run(['ls', `ftp://127.0.0.1:${hostile.port}`])).status).toBe(1);
    await using old = scripted(async (it) => {
      await it.greet();
      await it.hear('TYPE A', '200 ok');
      for (const command of ['MLSD', 'LIST']) {
        using listener = await it.passive();
        const accepted = listener.accept();
        await it.hear(command, command === 'MLSD' ? '500 what?' : '150 here');
        const [data] = await accepted;
        if (command === 'LIST') await data.sendall('-rw-r--r-- 1 a b 7 Jan  1 2020 ../a\x1b[2Jb\r\n');
        data.close();
      }
      await it.say('226 done');
      await it.hear('QUIT', '221 bye');
    });
    expect(await run(['ls', `ftp://127.0.0.1:${old.port}`])).toEqual(fine('-  7  2020-01-01 00:00  a\\x1b[2Jb\n'));
    await old.done;
  });
});

describe('the password', () => {
  it('comes from stdin, the URL or the environment, in this order', async () => {
    const withPassword = url.replace('anna', 'anna:wrong');
    expect(await run(['ls', '-1', withPassword, '--password-stdin'], 'secret\n', {})).toEqual(fine('file.bin\n'));
    expect(await run(['ls', '-1', withPassword])).toMatchObject({ status: 1 });
    expect(await run(['ls', '-1', url.replace('anna', 'anna:secret')], '', {})).toEqual(fine('file.bin\n'));
    expect(await run(['ls', '-1', url], '', { P8_FTP_PASSWORD: 'wrong' })).toMatchObject({ status: 1 });
  });

  it('is asked for by a sentence that names the ways to give it', async () => {
    expect(await run(['ls', url], '', {})).toEqual({
      stdout: '',
      stderr: 'p8-ftp ls: no password for anna: use --password-stdin, or set P8_FTP_PASSWORD\n',
      status: 1,
    });
  });

  it('is in no output of --verbose', async () => {
    const { stderr } = await run(['ls', url, '--verbose']);
    expect(stderr).toContain('> PASS ***');
    expect(stderr).not.toContain('secret');
  });
});

describe('on a terminal', () => {
  it('get asks for the password without showing it, and shows a progress bar', async () => {
    const { stdout, status } = await inTerminal('secret\r', ['get', `${url}/file.bin`]);
    expect(status).toBe(0);
    expect(stdout).toContain('Password for anna: ');
    expect(stdout).not.toContain('secret');
    expect(stdout).toMatch(/file\.bin \[#+\] 100% \| 293\.0 KiB of 293\.0 KiB/);
    expect(stdout.trimEnd()).toMatch(/file\.bin: 300000 bytes$/);
  });

  it('Ctrl-C at the prompt ends with status 130', async () => {
    expect(await inTerminal('sec\x03', ['get', `${url}/file.bin`])).toMatchObject({ status: 130 });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('misuse', () => {
  it.each([
    [['get', 'ftps://h/x'], 'ftps: (FTP over TLS) is not supported yet'],
    [['get', 'http://h/x'], 'http: is not FTP'],
    [['get', 'ftp://h/x', '-', '-c'], '--continue needs a file'],
    [['put', '-', 'ftp://h/x', '--password-stdin'], 'cannot be both'],
    [['mv', 'ftp://h/x', 'ftp://h/y'], 'path must be a path on the same server'],
    [['ls', 'ftp://h', '--timeout', 'soon'], 'must be a number of seconds'],
    [['ls', 'ftp://h', '--encoding', 'ebcdic'], 'Allowed choices are utf-8, latin1'],
    [['ls', 'ftp://127.0.0.1:1/'], 'Connection refused'],
  ])('%j is refused with a sentence', async (args, message) => {
    const { stderr, status } = await run(args);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(status).toBe(1);
  });
});

/** Waits until the part has this size: the bytes have been written. */
async function partOf(size: number): Promise<void> {
  await expect.poll(() => readFileSync(here('file.bin.part')).length, { timeout: 10_000 }).toBe(size);
}

/** A terminal for a program: types the answer when it is asked for a password, and copies what is shown. */
const TERMINAL = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
shown = b''
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if b'Password' not in shown and b'Password' in shown + data:
        os.write(terminal, sys.argv[1].encode())
    shown += data
sys.stdout.buffer.write(shown)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** Runs a subcommand on a terminal of its own. */
async function inTerminal(answer: string, args: readonly string[]) {
  const program = [process.execPath, '-C', '@p8/source', CLI, ...args];
  const child = spawn('/usr/bin/python3', ['-c', TERMINAL, answer, ...program], {
    cwd: folder,
    env: { PATH: process.env['PATH'], TERM: 'xterm' },
  });
  const [stdout, [status]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { stdout, status: status as number };
}
