/** The program as an operator meets it: what it prints, how it ends, what it says to a wrong command line. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requirePrograms } from '../../../scripts/debian.ts';
import { Dialogue } from './dialogue.ts';

const main = join(import.meta.dirname, '..', 'src', 'main.ts');
const terminal = join(import.meta.dirname, 'terminal.py');
const arguments_ = (...args: string[]) => ['-C', '@p8/source', main, ...args];

let folder: string;
let running: ChildProcessWithoutNullStreams[];

beforeAll(() => requirePrograms({ curl: 'curl', python3: 'python3' }));

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'p8-program-')));
  running = [];
});

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Program {
  readonly child: ChildProcessWithoutNullStreams;
  readonly port: number;
  output(): string;
  ended: Promise<number>;
}

async function serve(...args: string[]): Promise<Program> {
  const child = spawn(process.execPath, arguments_('serve', ...args), { cwd: folder });
  running.push(child);
  let text = '';
  const ended = once(child, 'exit').then(([code]) => code as number);
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes) => {
        text += String(bytes);
        if (text.includes('Ctrl-C ends the server.')) resolve();
      });
    }
    void ended.then((code) => reject(new Error(`ended with ${code}: ${text}`)));
  });
  await ready;
  return { child, ended, output: () => text, port: Number(/^address +ftp:\/\/.*:(\d+)$/m.exec(text)?.[1]) };
}

function fail(...args: string[]): string {
  const { status, stderr } = spawnSync(process.execPath, arguments_(...args), {
    cwd: folder,
    encoding: 'utf8',
    input: '',
  });
  expect(status).not.toBe(0);
  expect(stderr).not.toMatch(/^ {4}at /m);
  return stderr;
}

describe('serve', () => {
  test('prints a curl line that works when it is pasted', async () => {
    writeFileSync(join(folder, 'hello.txt'), 'hello');
    const program = await serve('--port', '0');
    expect(program.output()).toContain(`Serving ${folder}\n`);
    const line = /^try +(curl ftp:\/\/.*)$/m.exec(program.output())?.[1] ?? '';
    const curl = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    expect(curl.stdout).toMatch(/ hello\.txt\n$/);
  });

  test('without a port takes another one when the usual one is taken, and says so', async () => {
    const other: Server = createServer();
    // somebody else may have it already, which is as good
    const taken = new Promise((resolve) => other.once('listening', resolve).once('error', resolve));
    other.listen(2121, '127.0.0.1');
    await taken;
    const program = await serve();
    expect(program.output()).toMatch(/^Port 2121 is taken; a free one serves instead/);
    expect(program.port).not.toBe(2121);
    other.close();
  });

  test.each([
    ['SIGTERM', 0],
    ['SIGINT', 0],
  ] as const)('%s tells the clients 421 and ends with %i', async (signal, status) => {
    const program = await serve('--port', '0');
    const password = /^password +(\S+)/m.exec(program.output())?.[1] ?? '';
    using client = await Dialogue.login(program.port, 'p8', password);
    program.child.kill(signal);
    await client.expect(421);
    client.close();
    expect(await program.ended).toBe(status);
  });

  test('a second signal ends at once, whoever is still there', async () => {
    const program = await serve('--port', '0');
    using client = await Dialogue.connect(program.port);
    await client.expect(220);
    program.child.kill('SIGTERM');
    await client.expect(421);
    program.child.kill('SIGTERM');
    expect([0, 143]).toContain(await program.ended);
  });

  test('--anonymous and --read-only show in what is printed', async () => {
    const open = await serve('--port', '0', '--anonymous');
    expect(open.output()).toMatch(/Serving .* \(read-only\)\n/);
    expect(open.output()).toMatch(/^users +anonymous \(may read\)$/m);
    expect(open.output()).not.toMatch(/^password/m);
    using client = await Dialogue.login(open.port, 'anonymous', 'me@example.org');
    await client.say('MKD d', 550);
    const frozen = await serve('--port', '0', '--read-only');
    const password = /^password +(\S+)/m.exec(frozen.output())?.[1] ?? '';
    using writer = await Dialogue.login(frozen.port, 'p8', password);
    await writer.say('MKD d', 550);
  });

  test('every limit and every address option reaches the server', async () => {
    const options = ['--max-sessions', '2', '--max-per-address', '1', '--passive-ports', '21210-21219'];
    const more = [
      '--masquerade',
      '203.0.113.7',
      '--idle-timeout',
      '1',
      '--login-timeout',
      '0.2',
      '--data-timeout',
      '0.1',
    ];
    const program = await serve('--port', '0', '--anonymous', ...options, ...more);
    using client = await Dialogue.login(program.port, 'anonymous', 'x');
    using second = await Dialogue.connect(program.port);
    expect(await second.expect(421)).toMatch(/your address/);
    using neighbour = await Dialogue.connect(program.port, '127.0.0.1', '127.0.0.2');
    await neighbour.expect(220);
    using third = await Dialogue.connect(program.port, '127.0.0.1', '127.0.0.3');
    expect(await third.expect(421)).toMatch(/Too many clients/);
    expect(await neighbour.expect(421)).toMatch(/No login within 0\.2 seconds/);
    const [, high, low] = /\(127,0,0,1,(\d+),(\d+)\)/.exec(await client.say('PASV', 227)) ?? [];
    expect(Number(high) * 256 + Number(low)).toBeGreaterThanOrEqual(21_210);
    expect(Number(high) * 256 + Number(low)).toBeLessThanOrEqual(21_219);
    await client.say('LIST', 150);
    await client.expect(425);
    expect(await client.expect(421)).toMatch(/Nothing came for 1 seconds/);
    using far = await Dialogue.connect(program.port, '127.0.0.1', '127.0.0.4');
    await far.expect(220);
  });

  test('--log-json writes objects, --log-level silent nothing, and no log has a password', async () => {
    const loud = await serve('--port', '0', '--log-json', '--log-level', 'debug');
    const password = /^password +(\S+)/m.exec(loud.output())?.[1] ?? '';
    using client = await Dialogue.login(loud.port, 'p8', password);
    await client.say('QUIT', 221);
    loud.child.kill('SIGTERM');
    await loud.ended;
    const lines = loud
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    expect(lines.map((line) => JSON.parse(line).msg)).toContain('logged in');
    expect(lines.join()).not.toContain(password);
    const quiet = await serve('--port', '0', '--log-level', 'silent');
    const before = quiet.output();
    using other = await Dialogue.connect(quiet.port);
    await other.expect(220);
    await other.say('USER x', 331);
    await other.say('PASS y', 530);
    expect(quiet.output()).toBe(before);
  });

  test.each([
    [['serve', 'absent'], /cannot serve absent: there is nothing of that name/],
    [['serve', '--users', 'absent'], /there is no users file absent; make it with: p8-ftp passwd NAME --users absent/],
    [['serve', '--port', '70000'], /--port.*whole number from 0 to 65535/],
    [['serve', '--host', '192.0.2.1', '--port', '0'], /192\.0\.2\.1 is no address of this machine.*--host/],
    [['serve', '--passive-ports', '5'], /two ports from 1024 to 65535, as in 50000-50100/],
    [['serve', '--masquerade', 'example.org'], /an IPv4 address, as in 203\.0\.113\.7/],
    [['serve', '--local-network', 'x/8'], /a network as in 192\.168\.0\.0\/16/],
    [['serve', '--idle-timeout', '0'], /a number of seconds/],
    [['serve', '--log-level', 'loud'], /silent, error, warn, info, debug/],
    [['serve', '--tls'], /unknown option '--tls'/],
    [['passwd', 'anna'], /--users <file>/],
    [['passwd', 'anna', '--users', 'u'], /no password came on standard input/],
    [['passwd', 'anna', '--users', 'u', '--remove'], /there is no user anna in u/],
    [['passwd', 'anna', '--users', 'u', '--home', 'absent'], /there is no such folder; make it first/],
  ])('%j is refused with a sentence', (args, message) => {
    expect(fail(...args)).toMatch(message);
  });

  test('a file is no folder, and a bad users file is named with its line', () => {
    writeFileSync(join(folder, 'file'), 'anna:secret\n');
    expect(fail('serve', 'file')).toMatch(/cannot serve file: it is no folder/);
    expect(fail('serve', '--users', 'file')).toMatch(/file, line 1: not JSON/);
  });

  test('a taken port is said, with what to do', async () => {
    const program = await serve('--port', '0');
    expect(fail('serve', '--port', String(program.port))).toMatch(
      /another program does; stop it, or choose another port/,
    );
  });
});

describe('passwd', () => {
  test('adds a user who can log in, in a file that nobody else can read', async () => {
    mkdirSync(join(folder, 'home'));
    const args = arguments_('passwd', 'anna', '--users', 'users', '--home', 'home', '--access', 'read');
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', input: 'Grüße\n' });
    expect([status, stdout]).toEqual([0, 'User anna added in users.\n']);
    expect(statSync(join(folder, 'users')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'users'), 'utf8')).not.toContain('Grüße');
    const program = await serve('--port', '0', '--users', 'users');
    expect(program.output()).toContain('curl --user NAME ftp://');
    using client = await Dialogue.login(program.port, 'anna', Buffer.from('Grüße').toString('latin1'));
    await client.say('MKD d', 550);
    expect(program.output()).toContain('anna logged in');
  });

  test('at a terminal it asks twice, and shows nothing of what is typed', () => {
    const typed = (...answers: string[]) =>
      spawnSync(
        'python3',
        [terminal, answers.join(','), process.execPath, ...arguments_('passwd', 'bert', '--users', 'users')],
        { cwd: folder, encoding: 'utf8' },
      );
    const good = typed('s3cret', 's3cret');
    expect(good.stdout.replaceAll('\r', '')).toBe(
      'New password for bert: \nThe same again: \nUser bert added in users.\n',
    );
    expect(good.status).toBe(0);
    const before = readFileSync(join(folder, 'users'), 'utf8');
    expect(typed('one', 'two').stdout).toContain('the two passwords differ; nothing was changed');
    expect(typed('\u0003').stdout).toContain('nothing was changed');
    expect(readFileSync(join(folder, 'users'), 'utf8')).toBe(before);
  });
});
