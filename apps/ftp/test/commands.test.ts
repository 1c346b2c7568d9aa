/** Every reply of every command, on a raw control connection. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Dialogue, activePort, dataConnection, everything } from './dialogue.ts';
import { type StartedServer, descriptors, startServer, until } from './started-server.ts';

let before: number;
let started: StartedServer;
let client: Dialogue;

beforeEach(async () => {
  before = descriptors();
  started = await startServer({ anonymousHome: undefined });
  client = await Dialogue.login(started.port);
});

afterEach(async () => {
  client.close();
  await started.close();
  await until(() => descriptors() <= before);
});

const inHome = (...names: string[]) => join(started.home, ...names);

describe('access', () => {
  test('the greeting comes first, and a file command before the login is 530', async () => {
    using other = await Dialogue.connect(started.port);
    await other.expect(220);
    for (const line of [
      'PWD',
      'LIST',
      'RETR a',
      'PASV',
      'STAT',
      'TYPE I',
      'DELE a',
      'REST 1',
      'MLST',
      'SITE CHMOD 777 a',
    ])
      await other.say(line, 530);
  });

  test('an unknown user and a wrong password get the same answers', async () => {
    using other = await Dialogue.connect(started.port);
    await other.expect(220);
    const known = [await other.say('USER anna', 331), await other.say('PASS wrong', 530)];
    const unknown = [await other.say('USER nobody', 331), await other.say('PASS secret', 530)];
    expect(unknown).toEqual(known);
  });

  test('the third wrong password ends the session with 421', async () => {
    using other = await Dialogue.connect(started.port);
    await other.expect(220);
    for (const code of [530, 530, 421]) {
      await other.say('USER anna', 331);
      await other.say('PASS wrong', code);
    }
    expect(await other.reply()).toBe('closed');
  });

  test('PASS needs USER, once for each', async () => {
    await client.say('PASS secret', 503);
    await client.say('USER', 501);
    await client.say('USER a\x07b', 501);
    await client.say('USER anna', 331);
    await client.say('PASS secret', 230);
    await client.say('PASS secret', 503);
  });

  test('USER logs out at once, and REIN sets everything back', async () => {
    await client.say('USER bert', 331);
    await client.say('PWD', 530);
    await client.say('PASS secret', 230);
    await client.say('EPSV ALL', 200);
    await client.say('TYPE I', 200);
    await client.say('REIN', 220);
    await client.say('PWD', 530);
    await client.say('USER anna', 331);
    await client.say('PASS secret', 230);
    await client.say('PASV', 227);
  });

  test('a user whose name is UTF-8 can log in, and ACCT is superfluous', async () => {
    await client.say('USER caf\xc3\xa9', 331);
    await client.say('PASS secret', 230);
    await client.say('ACCT x', 202);
  });

  test('QUIT says good bye and closes', async () => {
    await client.say('QUIT', 221);
    expect(await client.reply()).toBe('closed');
  });

  test('a home that is gone is told, and is no crash', async () => {
    await using other = await startServer({
      users: { check: async (name) => ({ name, home: '/nonexistent', access: 'write' }) },
    });
    using lost = await Dialogue.connect(other.port);
    await lost.expect(220);
    await lost.say('USER x', 331);
    await lost.say('PASS y', 530);
  });

  test('anonymous reads and changes nothing, and is a user like others when not asked for', async () => {
    await client.say('USER anonymous', 331);
    await client.say('PASS me@example.org', 530);
    await using open = await startServer();
    await using other = await startServer({ users: undefined, anonymousHome: open.home });
    writeFileSync(join(open.home, 'a'), 'text');
    using guest = await Dialogue.login(other.port, 'FTP', 'me@example.org');
    expect(await guest.fetch('RETR a')).toBe('text');
    for (const line of ['STOR b', 'APPE a', 'DELE a', 'MKD d', 'RMD d', 'RNFR a', 'MFMT 20200101000000 a'])
      await guest.say(line, 550);
    await guest.say('SITE CHMOD 600 a', 550);
    await guest.say('USER anna', 331);
    await guest.say('PASS secret', 530);
  });

  test('a user with read access, and everybody on a read-only server, change nothing', async () => {
    using reader = await Dialogue.login(started.port, 'bert');
    await reader.say('MKD d', 550);
    await using frozen = await startServer({ readOnly: true });
    using writer = await Dialogue.login(frozen.port);
    await writer.say('MKD d', 550);
  });
});

describe('folders', () => {
  test('PWD, CWD and CDUP go through the home and stay in it', async () => {
    mkdirSync(inHome('a', 'b'), { recursive: true });
    expect(await client.say('PWD', 257)).toMatch(/^257 "\/" /);
    await client.say('CWD a/b', 250);
    expect(await client.say('PWD', 257)).toMatch(/^257 "\/a\/b" /);
    await client.say('CDUP', 250);
    expect(await client.say('PWD', 257)).toMatch(/^257 "\/a" /);
    await client.say('CWD ../../../..', 250);
    await client.say('CDUP', 250);
    expect(await client.say('XPWD', 257)).toMatch(/^257 "\/" /);
    await client.say('CWD absent', 550);
    await client.say('CWD', 501);
    await client.say('CWD a\0b', 501);
    await client.say('PWD x', 501);
  });

  test('CWD to a file is 550', async () => {
    writeFileSync(inHome('f'), '');
    await client.say('CWD f', 550);
  });

  test('MKD makes, with doubled quotes and an absolute path; RMD removes', async () => {
    expect(await client.say('MKD a "b"', 257)).toMatch(/^257 "\/a ""b""" /);
    expect(statSync(inHome('a "b"')).mode & 0o777 & ~0o755).toBe(0);
    await client.say('MKD a "b"', 550);
    await client.say('MKD x/y', 550);
    await client.say('RMD a "b"', 250);
    await client.say('RMD a "b"', 550);
    await client.say('RMD /', 550);
    mkdirSync(inHome('full', 'x'), { recursive: true });
    await client.say('RMD full', 550);
  });

  test('a current folder that vanishes costs only its own use', async () => {
    await client.say('MKD gone', 257);
    await client.say('CWD gone', 250);
    await client.say('RMD /gone', 250);
    await client.passive();
    await client.say('LIST', 550);
    await client.say('CWD /', 250);
  });
});

describe('files', () => {
  beforeEach(() => {
    writeFileSync(inHome('a.txt'), 'hello');
    utimesSync(inHome('a.txt'), 1_600_000_000, 1_600_000_000);
    mkdirSync(inHome('d'));
  });

  test('SIZE and MDTM', async () => {
    await client.say('SIZE a.txt', 550);
    await client.say('TYPE I', 200);
    expect(await client.say('SIZE a.txt', 213)).toBe('213 5');
    expect(await client.say('MDTM a.txt', 213)).toBe('213 20200913122640');
    for (const line of ['SIZE d', 'SIZE absent', 'MDTM d', 'MDTM absent']) await client.say(line, 550);
    await client.say('SIZE', 501);
  });

  test('MFMT sets the time', async () => {
    expect(await client.say('MFMT 19991231235959 a.txt', 213)).toBe('213 Modify=19991231235959; a.txt');
    expect(statSync(inHome('a.txt')).mtime.toISOString()).toBe('1999-12-31T23:59:59.000Z');
    await client.say('MFMT 1999 a.txt', 501);
    await client.say('MFMT 19991231235959', 501);
    await client.say('MFMT 19991231235959 absent', 550);
  });

  test('DELE removes files only, and knows no patterns', async () => {
    await client.say('DELE d', 550);
    await client.say('DELE *', 550);
    await client.say('DELE a.txt', 250);
    await client.say('DELE a.txt', 550);
    expect(existsSync(inHome('a.txt'))).toBe(false);
  });

  test('RNFR and RNTO, one after the other', async () => {
    await client.say('RNFR absent', 550);
    await client.say('RNTO b.txt', 503);
    await client.say('RNFR a.txt', 350);
    await client.say('NOOP', 200);
    await client.say('RNTO b.txt', 503);
    await client.say('RNFR a.txt', 350);
    await client.say('RNTO d/b.txt', 250);
    expect(readFileSync(inHome('d', 'b.txt'), 'utf8')).toBe('hello');
    await client.say('RNFR /', 550);
    await client.say('RNFR d', 350);
    await client.say('RNTO /', 553);
    await client.say('RNFR d', 350);
    await client.say('RNTO d/e', 553);
    await client.say('RNFR d', 350);
    await client.say(`RNTO ${'x'.repeat(300)}`, 553);
  });

  test('SITE CHMOD changes permissions, and never sets a special bit', async () => {
    await client.say('SITE CHMOD 600 a.txt', 200);
    expect(statSync(inHome('a.txt')).mode & 0o7777).toBe(0o600);
    await client.say('SITE CHMOD 4755 a.txt', 501);
    await client.say('SITE CHMOD 600 absent', 550);
    await client.say('SITE EXEC ls', 504);
    await client.say('site help', 214);
    await client.say('SITE', 501);
  });
});

describe('parameters', () => {
  test.each([
    ['TYPE A', 200],
    ['TYPE a n', 200],
    ['TYPE I', 200],
    ['type l 8', 200],
    ['TYPE L 7', 504],
    ['TYPE E', 504],
    ['TYPE A T', 504],
    ['TYPE X', 501],
    ['TYPE', 501],
    ['STRU F', 200],
    ['STRU R', 504],
    ['STRU P', 504],
    ['STRU Q', 501],
    ['MODE s', 200],
    ['MODE B', 504],
    ['MODE C', 504],
    ['MODE Q', 501],
    ['REST 0', 350],
    ['REST 5000000000', 350],
    ['REST -1', 501],
    ['REST 1x', 501],
    ['REST 99999999999999999999', 501],
    ['ALLO 100', 202],
    ['ALLO 100 R 10', 202],
    ['ALLO 999999999999999', 452],
    ['ALLO x', 501],
    ['opts utf8 on', 200],
    ['OPTS UTF8', 200],
    ['OPTS UTF8 OFF', 501],
    ['OPTS X', 501],
    ['OPTS', 501],
    ['OPTS MLST bad fact', 501],
  ])('%s is %i', async (line, code) => {
    await client.say(line, code);
  });

  test('OPTS MLST chooses facts, and FEAT shows which', async () => {
    expect(await client.say('OPTS MLST size;TYPE;nonsense;', 200)).toBe('200 MLST OPTS type;size;');
    expect(await client.say('FEAT', 211)).toContain('\n MLST type*;size*;modify;perm;unique;UNIX.mode;\n');
    writeFileSync(inHome('f'), '12');
    expect(await client.fetch('MLSD')).toBe('type=file;size=2; f\r\n');
    expect(await client.say('OPTS MLST', 200)).toBe('200 MLST OPTS');
    expect(await client.fetch('MLSD')).toBe(' f\r\n');
  });
});

describe('information', () => {
  test('FEAT, SYST, HELP and NOOP answer before the login too', async () => {
    using other = await Dialogue.connect(started.port);
    await other.expect(220);
    const features = (await other.say('FEAT', 211)).split('\n');
    expect(features[0]).toMatch(/^211-/);
    expect(features.slice(1, -1).every((line) => line.startsWith(' '))).toBe(true);
    expect(features.at(-1)).toBe('211 End');
    for (const name of ['EPSV', 'EPRT', 'MDTM', 'MFMT', 'REST STREAM', 'SIZE', 'TVFS', 'UTF8'])
      expect(features).toContain(` ${name}`);
    expect(await other.say('SYST', 215)).toBe('215 UNIX Type: L8');
    expect(await other.say('HELP', 214)).toMatch(/RETR/);
    expect(await other.say('HELP retr', 214)).toBe('214 RETR path');
    await other.say('HELP XYZZY', 502);
    await other.say('NOOP', 200);
    await other.say('CLNT test', 200);
  });

  test('an unknown verb is 500, a known one that is not done is 502', async () => {
    await client.say('XYZZY', 500);
    await client.say('', 500);
    for (const verb of ['SMNT x', 'AUTH TLS', 'PBSZ 0', 'PROT P', 'HOST a', 'LPSV']) await client.say(verb, 502);
  });

  test('STAT shows the session, a folder or a file', async () => {
    mkdirSync(inHome('d'));
    writeFileSync(inHome('d', '213 fake'), '');
    writeFileSync(inHome('f'), '');
    expect(await client.say('STAT', 211)).toMatch(/anna/);
    expect(await client.say('STAT d', 212)).toMatch(/213 fake\n212 /);
    expect(await client.say('STAT f', 213)).toMatch(/ f\n213 /);
    await client.say('STAT absent', 550);
  });

  test('STAT of a huge folder is cut, and says so', async () => {
    for (let i = 0; i < 1010; i++) writeFileSync(inHome(`f${i}`), '');
    const lines = (await client.say('STAT .', 212)).split('\n');
    expect(lines.length).toBe(1003);
    expect(lines.at(-2)).toMatch(/LIST shows all/);
  });
});

describe('listings', () => {
  beforeEach(() => {
    mkdirSync(inHome('d'));
    writeFileSync(inHome('d', 'x.txt'), 'xyz');
    writeFileSync(inHome('a.txt'), 'a');
    writeFileSync(inHome('b.bin'), 'bb');
    symlinkSync('d/x.txt', inHome('link'));
    symlinkSync('/etc/passwd', inHome('out'));
  });

  test('LIST in the form of ls, the folder or one file', async () => {
    const lines = (await client.fetch('LIST')).split('\r\n');
    expect(lines.map((line) => line.slice(0, 1))).toEqual(['-', '-', 'd', 'l', 'l', '']);
    expect(lines[0]).toMatch(/^-rw-r--r-- +1 \d+ +\d+ +1 [A-Z][a-z]{2} [ \d]\d \d\d:\d\d a\.txt$/);
    expect(lines[3]).toMatch(/ link -> \/d\/x\.txt$/);
    expect(lines[4]).toMatch(/ out$/);
    expect(await client.fetch('LIST d')).toMatch(/ 3 .* x\.txt\r\n$/);
    expect(await client.fetch('LIST d/x.txt')).toMatch(/ d\/x\.txt\r\n$/);
  });

  test('LIST takes options first, but a folder may be called -l', async () => {
    expect((await client.fetch('LIST -a')).split('\r\n').map((line) => line.split(' ').at(-1))).toContain('..');
    expect(await client.fetch('LIST -a -l d')).toMatch(/ \.\.\r\n.* x\.txt\r\n$/);
    expect(await client.fetch('LIST -la')).toMatch(/a\.txt/);
    mkdirSync(inHome('-l'));
    expect(await client.fetch('LIST -l')).toBe('');
    await client.passive();
    await client.say('LIST -R', 504);
  });

  test('above the home nothing is shown: .. is the home itself', async () => {
    const [first, second] = (await client.fetch('LIST -a')).split('\r\n');
    expect(second?.slice(0, -3)).toBe(first?.slice(0, -2));
  });

  test('NLST gives names that RETR takes, also for patterns', async () => {
    expect(await client.fetch('NLST')).toBe('a.txt\r\nb.bin\r\nd\r\nlink\r\nout\r\n');
    expect(await client.fetch('NLST d')).toBe('d/x.txt\r\n');
    expect(await client.fetch('NLST *.txt')).toBe('a.txt\r\n');
    expect(await client.fetch('NLST d/*.txt')).toBe('d/x.txt\r\n');
    expect(await client.fetch('NLST *.none')).toBe('');
    mkdirSync(inHome('empty'));
    expect(await client.fetch('NLST empty')).toBe('');
    await client.passive();
    await client.say('NLST absent', 550);
  });

  test('MLSD gives facts and bare names, MLST the whole path', async () => {
    const lines = (await client.fetch('MLSD')).split('\r\n');
    expect(lines[0]).toMatch(
      /^type=file;size=1;modify=\d{14}(\.\d{3})?;perm=adfrw;unique=\w+;UNIX\.mode=0644; a\.txt$/,
    );
    expect(lines[2]).toMatch(/^type=dir;modify=.*perm=cdeflmp;.* d$/);
    expect(lines[3]).toMatch(/^type=OS\.unix=slink:\/d\/x\.txt;.* link$/);
    expect(lines[4]).toMatch(/^type=OS\.unix=slink;.* out$/);
    expect(await client.say('MLST d', 250)).toMatch(/^250-.*\n type=dir;.* \/d\n250 /);
    expect(await client.say('MLST link', 250)).toMatch(/^250-.*\n type=file;size=3;.* \/link\n250 /);
    await client.say('MLST', 250);
    await client.say('MLST absent', 550);
    await client.say('MLST out', 550);
    await client.passive();
    await client.say('MLSD a.txt', 501);
    await client.passive();
    await client.say('MLSD absent', 550);
  });

  test('names with a line end are left out, names with spaces stay whole', async () => {
    writeFileSync(inHome('evil\r\n226 done'), '');
    writeFileSync(inHome(' lead'), '');
    expect(await client.fetch('NLST')).toBe(' lead\r\na.txt\r\nb.bin\r\nd\r\nlink\r\nout\r\n');
    expect(await client.fetch('MLSD')).toMatch(/;  lead\r\n/);
    expect(await client.fetch('RETR  lead')).toBe('');
  });

  test('a folder of thousands comes whole', async () => {
    mkdirSync(inHome('many'));
    for (let i = 0; i < 3000; i++) writeFileSync(inHome('many', `file${i}`), '');
    expect((await client.fetch('MLSD many')).split('\r\n')).toHaveLength(3001);
  });
});

describe('the data port', () => {
  test('without one a transfer is 425, and one is for one transfer', async () => {
    writeFileSync(inHome('f'), 'x');
    await client.say('RETR f', 425);
    expect(await client.fetch('RETR f')).toBe('x');
    await client.say('RETR f', 425);
    const data = await client.passive();
    await client.say('RETR absent', 550);
    await everything(data);
    await client.say('RETR f', 425);
  });

  test('PASV names the address and the port', async () => {
    const reply = await client.say('PASV', 227);
    const [, high, low] = /\(127,0,0,1,(\d+),(\d+)\)/.exec(reply) ?? [];
    const data = await dataConnection(Number(high) * 256 + Number(low));
    writeFileSync(inHome('f'), 'passive');
    const text = everything(data);
    await client.say('RETR f', 150);
    expect(await text).toBe('passive');
    await client.expect(226);
  });

  test('EPSV knows its protocol', async () => {
    await client.say('EPSV 1', 229);
    expect(await client.say('EPSV 2', 522)).toMatch(/\(1\)/);
    await client.say('EPSV 3', 501);
  });

  test('after EPSV ALL only EPSV is left, until the end', async () => {
    await client.say('EPSV ALL', 200);
    await client.say('PASV', 503);
    await client.say('PORT 127,0,0,1,200,1', 503);
    await client.say('EPRT |1|127.0.0.1|5000|', 503);
    await client.say('EPSV', 229);
  });

  test.each([
    ['PORT 1,2,3', 501],
    ['PORT 127,0,0,1,256,1', 501],
    ['PORT 127.0.0.1,4,1', 501],
    ['PORT 10,0,0,1,200,1', 504],
    ['PORT 127,0,0,2,200,1', 504],
    ['PORT 127,0,0,1,0,22', 504],
    ['PORT 127,0,0,1,3,255', 504],
    ['PORT 127,0,0,1,4,0', 200],
    ['EPRT |1|127.0.0.1|5000|', 200],
    ['EPRT !1!127.0.0.1!5000!', 200],
    ['EPRT ~1~127.0.0.1~5000~', 200],
    ['EPRT |1|127.0.0.2|5000|', 504],
    ['EPRT |1|127.0.0.1|80|', 504],
    ['EPRT |1|127.0.0.1|70000|', 501],
    ['EPRT |2|::1|5000|', 522],
    ['EPRT |3|x|5000|', 522],
    ['EPRT |1|127.0.0.1|5000', 501],
    ['EPRT 1', 501],
    ['EPRT', 501],
  ])('%s is %i', async (line, code) => {
    await client.say(line, code);
  });

  test.each(['PORT', 'EPRT'])('%s makes the server connect', async (verb) => {
    writeFileSync(inHome('f'), 'active');
    const { port, connection } = await activePort();
    if (verb === 'PORT') await client.say(`PORT 127,0,0,1,${port >> 8},${port & 255}`, 200);
    else await client.say(`EPRT |1|127.0.0.1|${port}|`, 200);
    const text = connection.then(everything);
    await client.say('RETR f', 150);
    expect(await text).toBe('active');
    await client.expect(226);
  });

  test('nobody at the port of PORT is 425', async () => {
    writeFileSync(inHome('f'), '');
    const { port, server } = await activePort();
    server.close();
    await once(server, 'close');
    await client.say(`PORT 127,0,0,1,${port >> 8},${port & 255}`, 200);
    await client.say('RETR f', 425);
  });

  test('on IPv6, EPSV and EPRT work and PASV says what to use', async () => {
    await using six = await startServer({ host: '::1' });
    writeFileSync(join(six.home, 'f'), 'six');
    using other = await Dialogue.login(six.port, 'anna', 'secret', '::1');
    expect(await other.fetch('RETR f')).toBe('six');
    await other.say('PASV', 522);
    expect(await other.say('EPSV 1', 522)).toMatch(/\(2\)/);
    await other.say('EPRT |1|127.0.0.1|5000|', 522);
    await other.say('EPRT |2|::2|5000|', 504);
    const { port, connection } = await activePort('::1');
    await other.say(`EPRT |2|0:0:0:0:0:0:0:1|${port}|`, 200);
    const text = connection.then(everything);
    await other.say('RETR f', 150);
    expect(await text).toBe('six');
  });

  test('a dual-stack server treats an IPv4 client as one', async () => {
    await using both = await startServer({ host: '::' });
    writeFileSync(join(both.home, 'f'), 'four');
    using other = await Dialogue.login(both.port);
    await other.say('PASV', 227);
    expect(await other.fetch('RETR f')).toBe('four');
    await other.say('PORT 127,0,0,1,200,1', 200);
  });

  test('the masquerade address is for clients from afar, the own one for the local network', async () => {
    await using far = await startServer({ masquerade: '203.0.113.7' });
    using other = await Dialogue.login(far.port);
    expect(await other.say('PASV', 227)).toMatch(/\(203,0,113,7,/);
    const { BlockList } = await import('node:net');
    const localNetworks = new BlockList();
    localNetworks.addSubnet('127.0.0.0', 8);
    await using near = await startServer({ masquerade: '203.0.113.7', localNetworks });
    using neighbour = await Dialogue.login(near.port);
    expect(await neighbour.say('PASV', 227)).toMatch(/\(127,0,0,1,/);
  });

  test('ports come from the range, run out with 425, and come back', async () => {
    // below the ports that the system gives to others
    const range = [21_100, 21_101] as const;
    await using small = await startServer({ passivePorts: range });
    const clients = await Promise.all([1, 2, 3].map(() => Dialogue.login(small.port)));
    const [a, b, c] = clients as [Dialogue, Dialogue, Dialogue];
    const port = (reply: string) => Number(/\|(\d+)\|/.exec(reply)?.[1]);
    const ports = [port(await a.say('EPSV', 229)), port(await b.say('EPSV', 229))];
    expect(new Set(ports)).toEqual(new Set(range));
    await c.say('EPSV', 425);
    await a.say('QUIT', 221);
    await until(() => small.server.sessionCount === 2);
    await c.say('EPSV', 229);
    for (let i = 0; i < 50; i++) await c.say('EPSV', 229);
    for (const each of clients) each.close();
  });

  test('a stranger on the port is dropped, and the client is still waited for', async () => {
    writeFileSync(inHome('f'), 'mine');
    const port = Number(/\|(\d+)\|/.exec(await client.say('EPSV', 229))?.[1]);
    client.send('RETR f\r\n');
    await client.expect(150);
    const stranger = await dataConnection(port, '127.0.0.1', '127.0.0.2');
    expect(await everything(stranger)).toBe('');
    const text = everything(await dataConnection(port));
    expect(await text).toBe('mine');
    await client.expect(226);
    expect(started.log.some((entry) => entry['stranger'] === '127.0.0.2')).toBe(true);
  });

  test('a data connection that never comes is 425', async () => {
    await using hasty = await startServer({ dataTimeout: 0.05 });
    writeFileSync(join(hasty.home, 'f'), '');
    using other = await Dialogue.login(hasty.port);
    await other.say('EPSV', 229);
    await other.say('RETR f', 150);
    await other.expect(425);
    await other.say('NOOP', 200);
  });
});

describe('transfers', () => {
  test('STOR and RETR bring every byte back, and files get no execute bit', async () => {
    const all = Buffer.from(Array.from({ length: 512 }, (_, i) => i & 255)).toString('latin1');
    await client.say('TYPE I', 200);
    await client.store('STOR f', all);
    expect(readFileSync(inHome('f')).toString('latin1')).toBe(all);
    expect(statSync(inHome('f')).mode & 0o133).toBe(0);
    expect(await client.fetch('RETR f')).toBe(all);
    await client.store('STOR f', 'short');
    expect(await client.fetch('RETR f')).toBe('short');
  });

  test('the 150 of RETR names the size', async () => {
    writeFileSync(inHome('f'), 'four');
    const data = await client.passive();
    data.resume();
    expect(await client.say('RETR f', 150)).toMatch(/\(4 bytes\)/);
  });

  test('RETR of nothing, of a folder and of a FIFO is 550, and STOR too', async () => {
    mkdirSync(inHome('d'));
    execFileSync('mkfifo', [inHome('fifo')]);
    for (const line of ['RETR absent', 'RETR d', 'RETR fifo', 'STOR d', 'STOR fifo', 'STOR absent/x', 'APPE d']) {
      await client.passive();
      await client.say(line, 550);
    }
    await client.passive();
    await client.say(`STOR ${'x'.repeat(300)}`, 553);
  });

  test('TYPE A turns line ends, both ways', async () => {
    await client.say('TYPE A', 200);
    await client.store('STOR f', 'one\r\ntwo\r\nlone\rcr\n');
    expect(readFileSync(inHome('f'), 'latin1')).toBe('one\ntwo\nlone\rcr\n');
    expect(await client.fetch('RETR f')).toBe('one\r\ntwo\r\nlone\rcr\r\n');
  });

  test('TYPE A: a CR and its LF in two packets are one line end', async () => {
    await client.say('TYPE A', 200);
    const data = await client.passive();
    await client.say('STOR f', 150);
    data.setNoDelay(true);
    data.write('a\r');
    await until(() => existsSync(inHome('f')) && statSync(inHome('f')).size === 1);
    data.end('\nb\r');
    await client.expect(226);
    expect(readFileSync(inHome('f'), 'latin1')).toBe('a\nb\r');
  });

  test('REST holds for the very next transfer only', async () => {
    writeFileSync(inHome('f'), '0123456789');
    await client.say('TYPE I', 200);
    await client.say('REST 7', 350);
    expect(await client.fetch('RETR f')).toBe('789');
    expect(await client.fetch('RETR f')).toBe('0123456789');
    await client.say('REST 7', 350);
    await client.passive();
    await client.say('RETR absent', 550);
    expect(await client.fetch('RETR f')).toBe('0123456789');
    await client.say('REST 10', 350);
    expect(await client.fetch('RETR f')).toBe('');
    await client.say('REST 11', 350);
    await client.passive();
    await client.say('RETR f', 554);
  });

  test('REST and STOR keep what is before, and refuse a gap', async () => {
    writeFileSync(inHome('f'), '0123456789');
    await client.say('TYPE I', 200);
    await client.say('REST 4', 350);
    await client.store('STOR f', 'abc');
    expect(readFileSync(inHome('f'), 'utf8')).toBe('0123abc');
    await client.say('REST 8', 350);
    await client.passive();
    await client.say('STOR f', 554);
    expect(readFileSync(inHome('f'), 'utf8')).toBe('0123abc');
    await client.say('REST 1', 350);
    await client.passive();
    await client.say('APPE f', 554);
    await client.say('TYPE A', 200);
    await client.say('REST 1', 350);
    await client.passive();
    await client.say('RETR f', 554);
  });

  test('an offset beyond 4 GiB works', async () => {
    execFileSync('truncate', ['-s', '5G', inHome('big')]);
    execFileSync('sh', ['-c', 'printf end >> "$0"', inHome('big')]);
    await client.say('TYPE I', 200);
    expect(await client.say('SIZE big', 213)).toBe('213 5368709123');
    await client.say('REST 5368709118', 350);
    expect(await client.fetch('RETR big')).toBe('\0\0end');
    await client.say('REST 5368709120', 350);
    await client.store('STOR big', 'END');
    expect(await client.say('SIZE big', 213)).toBe('213 5368709123');
  });

  test('APPE writes at the end, and makes a new file', async () => {
    await client.store('APPE f', 'one');
    await client.store('APPE f', 'two');
    expect(readFileSync(inHome('f'), 'utf8')).toBe('onetwo');
  });

  test('STOU finds a new name and says it', async () => {
    await client.store('STOU f', 'one');
    expect(await client.store('STOU f', 'two')).toBe('150 FILE: f.1');
    expect(await client.store('STOU', 'three')).toBe('150 FILE: file');
    expect(readFileSync(inHome('f.1'), 'utf8')).toBe('two');
    await client.say('REST 1', 350);
    await client.passive();
    await client.say('STOU f', 554);
  });

  test('an upload whose connection is reset is 426, and what came is kept for the next try', async () => {
    const data = await client.passive();
    await client.say('STOR f', 150);
    data.write('partial');
    await until(() => existsSync(inHome('f')) && statSync(inHome('f')).size === 7);
    data.resetAndDestroy();
    await client.expect(426);
    expect(readFileSync(inHome('f'), 'utf8')).toBe('partial');
    await client.say('NOOP', 200);
  });

  test('a download whose connection is reset is 426', async () => {
    execFileSync('truncate', ['-s', '50M', inHome('big')]);
    const data = await client.passive();
    await client.say('RETR big', 150);
    await once(data, 'readable');
    data.resetAndDestroy();
    await client.expect(426);
  });

  test('a client that stands still is 426 after the time limit', async () => {
    await using hasty = await startServer({ dataTimeout: 0.2 });
    execFileSync('truncate', ['-s', '50M', join(hasty.home, 'big')]);
    using other = await Dialogue.login(hasty.port);
    const data = await other.passive();
    await other.say('RETR big', 150);
    await other.expect(426);
    data.destroy();
    await other.say('NOOP', 200);
  });
});

describe('links', () => {
  test('a link out of the home is refused, for every verb', async () => {
    writeFileSync(join(started.outside, 'secret'), 'secret');
    symlinkSync(join(started.outside, 'secret'), inHome('file'));
    symlinkSync(started.outside, inHome('folder'));
    symlinkSync('../outside', inHome('relative'));
    for (const path of ['file', 'folder/secret', 'relative/secret']) {
      for (const verb of ['RETR', 'STOR', 'APPE', 'LIST', 'NLST', 'MLSD']) {
        await client.passive();
        await client.say(`${verb} ${path}`, 550);
      }
      for (const verb of ['SIZE', 'MDTM', 'MLST', 'STAT', 'CWD', 'DELE', 'RMD', 'RNFR', 'MKD', 'SITE CHMOD 777']) {
        await client.say('TYPE I', 200);
        await client.say(`${verb} ${path}`, 550);
      }
      await client.say(`MFMT 20200101000000 ${path}`, 550);
      writeFileSync(inHome('own'), '');
      await client.say('RNFR own', 350);
      await client.say(`RNTO ${path}`, 550);
    }
    expect(readFileSync(join(started.outside, 'secret'), 'utf8')).toBe('secret');
    expect(readlinkSync(inHome('file'))).toBe(join(started.outside, 'secret'));
  });

  test('a link in the home works, and DELE removes the link', async () => {
    mkdirSync(inHome('d'));
    writeFileSync(inHome('d', 'f'), 'text');
    symlinkSync('d/f', inHome('link'));
    symlinkSync('d', inHome('folder'));
    expect(await client.fetch('RETR link')).toBe('text');
    await client.say('CWD folder', 250);
    expect(await client.fetch('NLST')).toBe('f\r\n');
    await client.say('DELE /link', 250);
    expect(existsSync(inHome('d', 'f'))).toBe(true);
  });
});
