/** Real clients from Debian's packages against a server in this process: 100 MiB up and down, resumed, listed, renamed. */
import { type ExecFileException, execFile } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requirePrograms } from '../../../scripts/debian.ts';
import { type StartedServer, descriptors, startServer, until } from './started-server.ts';

const SIZE = 100 * 1024 * 1024;

let folder: string;
let big: string;
let sum: string;
let started: StartedServer;
let before: number;
let url: string;

beforeAll(async () => {
  await requirePrograms({
    curl: 'curl',
    lftp: 'lftp',
    python3: 'python3',
    tnftp: 'tnftp',
    ncftpput: 'ncftp',
    wget: 'wget',
  });
  folder = mkdtempSync(join(tmpdir(), 'p8-clients-'));
  big = join(folder, 'big.bin');
  const bytes = randomFillSync(Buffer.alloc(SIZE));
  writeFileSync(big, bytes);
  sum = createHash('sha256').update(bytes).digest('hex');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  before = descriptors();
  started = await startServer();
  url = `ftp://anna:secret@127.0.0.1:${started.port}`;
});

afterEach(async () => {
  await started.close();
  await until(() => descriptors() <= before);
  expect(started.log.filter((entry) => entry['level'] === 50)).toEqual([]);
});

const inHome = (...names: string[]) => join(started.home, ...names);
const here = (name: string) => join(folder, name);

function sumOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Runs a client; its output, or an error with all it said. */
function run(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { cwd: folder, maxBuffer: 1 << 24, env: clientEnvironment() }, done);
    child.stdin?.end(input);
    function done(error: ExecFileException | null, stdout: string, stderr: string): void {
      if (error) reject(new Error(`${program}: ${error.message}\n${stdout}\n${stderr}`));
      else resolve(stdout);
    }
  });
}

/** No settings of the user who runs the tests: neither .netrc nor .lftprc nor a proxy. */
function clientEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: folder, LANG: 'C.UTF-8' };
}

describe('curl', () => {
  test('uploads and downloads 100 MiB, the same bytes', async () => {
    await run('curl', ['-sS', '-T', big, `${url}/up.bin`]);
    expect(sumOf(inHome('up.bin'))).toBe(sum);
    await run('curl', ['-sS', '-o', here('down.bin'), `${url}/up.bin`]);
    expect(sumOf(here('down.bin'))).toBe(sum);
  });

  test('resumes both ways with -C -', async () => {
    writeFileSync(inHome('f.bin'), readFileSync(big));
    await run('curl', ['-sS', '-o', here('part.bin'), `${url}/f.bin`]);
    truncateSync(here('part.bin'), 33_333_333);
    await run('curl', ['-sS', '-C', '-', '-o', here('part.bin'), `${url}/f.bin`]);
    expect(sumOf(here('part.bin'))).toBe(sum);
    truncateSync(inHome('f.bin'), 44_444_444);
    await run('curl', ['-sS', '-C', '-', '-T', big, `${url}/f.bin`]);
    expect(sumOf(inHome('f.bin'))).toBe(sum);
  });

  test('lists, makes folders, renames, deletes, asks for a part, and works in active mode', async () => {
    await run('curl', ['-sS', '--ftp-create-dirs', '-T', '-', `${url}/a/b/name%20with%20space`], 'content');
    expect(await run('curl', ['-sS', `${url}/a/b/`])).toMatch(/7 .* name with space\n$/);
    expect(await run('curl', ['-sS', '-l', `${url}/a/`])).toBe('b\n');
    await run('curl', ['-sS', '-Q', 'RNFR a/b/name with space', '-Q', 'RNTO renamed', '-l', `${url}/`]);
    expect(await run('curl', ['-sS', '-r', '3-5', `${url}/renamed`])).toBe('ten');
    expect(await run('curl', ['-sS', '-P', '-', `${url}/renamed`])).toBe('content');
    expect(await run('curl', ['-sS', '--disable-eprt', '-P', '-', `${url}/renamed`])).toBe('content');
    expect(await run('curl', ['-sS', '--disable-epsv', `${url}/renamed`])).toBe('content');
    expect(await run('curl', ['-sSI', `${url}/renamed`])).toMatch(/Content-Length: 7/);
    await run('curl', ['-sS', '-Q', 'DELE renamed', '-Q', 'RMD a/b', '-l', `${url}/`]);
    expect(readdirSync(started.home)).toEqual(['a']);
  });

  test('a wrong password, a missing file and a refused upload end with curl’s own codes', async () => {
    await expect(run('curl', ['-sS', `ftp://anna:no@127.0.0.1:${started.port}/`])).rejects.toThrow('curl: (67)');
    await expect(run('curl', ['-sS', `${url}/absent`])).rejects.toThrow('curl: (78)');
    await expect(run('curl', ['-sS', '-T', big, url.replace('anna', 'bert') + '/x'])).rejects.toThrow('curl: (25)');
  });
});

describe('lftp', () => {
  const lftp = (commands: string) =>
    run('lftp', ['-c', `set net:max-retries 1; set net:timeout 20; open ${url}; ${commands}`]);

  test('uploads and downloads 100 MiB, the same bytes, and goes on after a break', async () => {
    await lftp(`put ${big} -o up.bin`);
    expect(sumOf(inHome('up.bin'))).toBe(sum);
    await lftp(`get up.bin -o ${here('lftp.bin')}`);
    expect(sumOf(here('lftp.bin'))).toBe(sum);
    truncateSync(here('lftp.bin'), 12_345_678);
    await lftp(`get -c up.bin -o ${here('lftp.bin')}`);
    expect(sumOf(here('lftp.bin'))).toBe(sum);
    truncateSync(inHome('up.bin'), 12_345_678);
    await lftp(`reput ${big} -o up.bin`);
    expect(sumOf(inHome('up.bin'))).toBe(sum);
  });

  test('fetches one file in four parts at once', async () => {
    writeFileSync(inHome('f.bin'), readFileSync(big));
    await lftp(`pget -n 4 f.bin -o ${here('parts.bin')}`);
    expect(sumOf(here('parts.bin'))).toBe(sum);
  });

  test('mirrors a tree both ways, sending commands ahead', async () => {
    for (let i = 0; i < 40; i++) {
      mkdirSync(here(`tree/d${i % 4}/e`), { recursive: true });
      writeFileSync(here(`tree/d${i % 4}/e/näme ${i}`), `content ${i}`);
    }
    await lftp(`set ftp:sync-mode off; mirror -R --parallel=3 ${here('tree')} tree`);
    await lftp(`set ftp:sync-mode off; mirror --parallel=3 tree ${here('back')}`);
    const tree = (name: string) => new Set<string>(readdirSync(here(name), { recursive: true, encoding: 'utf8' }));
    expect(tree('back')).toEqual(tree('tree'));
    expect(readFileSync(here('back/d3/e/näme 7'), 'utf8')).toBe('content 7');
  });

  test('lists, renames and deletes', async () => {
    writeFileSync(inHome('a'), '');
    expect(await lftp('mv a b; cls -1; mkdir d; rm b; rmdir d; cls -1')).toBe('b\n');
  });
});

describe('Python’s ftplib', () => {
  const python = (body: string) =>
    run('python3', [
      '-c',
      `import ftplib, hashlib\nf = ftplib.FTP()\nf.connect('127.0.0.1', ${started.port}, 30)\nf.login('anna', 'secret')\n${body}`,
    ]);

  test('uploads and downloads 100 MiB, lists, resumes, renames and deletes', async () => {
    const output = await python(`
f.storbinary('STOR up.bin', open('${big}', 'rb'))
print(f.size('up.bin'))
h = hashlib.sha256(); f.retrbinary('RETR up.bin', h.update); print(h.hexdigest())
tail = bytearray(); f.retrbinary('RETR up.bin', tail.extend, rest=${SIZE - 10}); print(len(tail))
f.mkd('d'); f.rename('up.bin', 'd/x'); print(f.nlst(), f.nlst('d'))
f.cwd('d'); print(f.pwd(), [(n, m['type'], m['size']) for n, m in f.mlsd()])
lines = []; f.dir(lines.append); print(len(lines))
f.delete('x'); f.cwd('..'); f.rmd('d'); print(f.nlst())
print(f.quit())`);
    expect(output.split('\n')).toEqual([
      String(SIZE),
      sum,
      '10',
      "['d'] ['d/x']",
      `/d [('x', 'file', '${SIZE}')]`,
      '1',
      '[]',
      '221 Good bye.',
      '',
    ]);
  });

  test('aborts a download with urgent data, and goes on', async () => {
    writeFileSync(inHome('f.bin'), readFileSync(big));
    const output = await python(`
s = f.transfercmd('RETR f.bin'); s.recv(1000)
print(f.abort()); print(f.getmultiline())
s.close(); print(f.pwd()); f.quit()`);
    expect(output).toBe('426 Transfer aborted.\n226 The transfer was aborted.\n/\n');
  });

  test('sends text in lines, in active mode too', async () => {
    const output = await python(`
import io
f.set_pasv(False)
f.storlines('STOR t', io.BytesIO(b'one\\ntwo\\n'))
lines = []; f.retrlines('RETR t', lines.append); print(lines); f.quit()`);
    expect(output).toBe("['one', 'two']\n");
    expect(readFileSync(inHome('t'), 'latin1')).toBe('one\ntwo\n');
  });
});

describe('older clients', () => {
  test('tnftp, the classic ftp: puts, lists with mget and gets', async () => {
    writeFileSync(here('one.txt'), '1');
    writeFileSync(inHome('two.txt'), '2');
    const script = [
      'binary',
      'put one.txt',
      'ls',
      `lcd ${folder}`,
      'mget two.*',
      'rename one.txt three.txt',
      'quit',
      '',
    ];
    const output = await run('tnftp', ['-inv', `ftp://anna:secret@127.0.0.1:${started.port}/`], script.join('\n'));
    expect(output).toMatch(/one\.txt/);
    expect(readdirSync(started.home)).toEqual(['three.txt', 'two.txt']);
    expect(readFileSync(here('two.txt'), 'utf8')).toBe('2');
  });

  test('ncftp puts and gets', async () => {
    const login = ['-V', '-u', 'anna', '-p', 'secret', '-P', String(started.port)];
    await run('ncftpput', [...login, '127.0.0.1', '/', big]);
    expect(sumOf(inHome('big.bin'))).toBe(sum);
    mkdirSync(here('ncftp'));
    await run('ncftpget', [...login, '127.0.0.1', here('ncftp'), '/big.bin']);
    expect(sumOf(here('ncftp/big.bin'))).toBe(sum);
  });

  test('wget fetches a tree', async () => {
    mkdirSync(inHome('tree', 'sub'), { recursive: true });
    writeFileSync(inHome('tree', 'sub', 'f'), 'deep');
    await run('wget', ['-q', '-r', '-nH', '-P', here('wget'), `${url}/tree/`]);
    expect(readFileSync(here('wget/tree/sub/f'), 'utf8')).toBe('deep');
    expect(existsSync(here('wget/tree/.listing'))).toBe(false);
  });
});
