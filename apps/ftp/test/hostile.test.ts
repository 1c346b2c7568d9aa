/** Clients that hurry, dawdle, vanish, send rubbish, or mean harm. */
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MSG_OOB, createConnection } from '@p8/socket';
import { Dialogue, activePort, dataConnection, everything } from './dialogue.ts';
import { type StartedServer, descriptors, startServer, until } from './started-server.ts';

let before: number;
let started: StartedServer;
let client: Dialogue;

beforeEach(async () => {
  before = descriptors();
  started = await startServer();
  client = await Dialogue.login(started.port);
});

afterEach(async () => {
  client.close();
  await started.close();
  await until(() => descriptors() <= before);
  expect(started.log.filter((entry) => entry['level'] === 50)).toEqual([]);
});

const inHome = (...names: string[]) => join(started.home, ...names);

function bigFile(): void {
  execFileSync('truncate', ['-s', '200M', inHome('big')]);
}

/** A download that has begun, and whose client does not read on. */
async function runningDownload(): Promise<void> {
  bigFile();
  const data = await client.passive();
  await client.say('RETR big', 150);
  await once(data, 'readable');
}

describe('ABOR', () => {
  test('with nothing running is 225', async () => {
    await client.say('ABOR', 225);
    await client.say('EPSV', 229);
    await client.say('ABOR', 225);
    await client.say('NOOP', 200);
  });

  test('ends a download: 426, then 226, then the next command', async () => {
    await runningDownload();
    client.send('ABOR\r\nNOOP\r\n');
    await client.expect(426);
    await client.expect(226);
    await client.expect(200);
    await client.say('ABOR', 225);
  });

  test('ends an upload, and what came is kept', async () => {
    const data = await client.passive();
    await client.say('STOR f', 150);
    const ended = everything(data);
    data.write('part');
    await until(() => existsSync(inHome('f')) && statSync(inHome('f')).size === 4);
    client.send('ABOR\r\n');
    await client.expect(426);
    await client.expect(226);
    await ended;
    expect(readFileSync(inHome('f'), 'utf8')).toBe('part');
  });

  test('ends the wait for a data connection', async () => {
    bigFile();
    const port = Number(/\|(\d+)\|/.exec(await client.say('EPSV', 229))?.[1]);
    await client.say('RETR big', 150);
    client.send('ABOR\r\n');
    await client.expect(426);
    await client.expect(226);
    await expect(dataConnection(port)).rejects.toThrow('ECONNREFUSED');
  });

  test('ends a listing', async () => {
    for (let i = 0; i < 500; i++) writeFileSync(inHome(`file${i}`), '');
    await client.say('EPSV', 229);
    await client.say('MLSD', 150);
    client.send('ABOR\r\n');
    await client.expect(426);
    await client.expect(226);
  });

  test('just after a transfer has ended: 226, then 225', async () => {
    writeFileSync(inHome('f'), 'x');
    expect(await client.fetch('RETR f')).toBe('x');
    await client.say('ABOR', 225);
  });

  test('as Telnet sends it: interrupt and an urgent data mark first', async () => {
    await runningDownload();
    client.send('\xff\xf4\xff\xf2ABOR\r\n');
    await client.expect(426);
    await client.expect(226);
  });

  test('as ftplib sends it: the whole line urgent', async () => {
    bigFile();
    using socket = await createConnection(['127.0.0.1', started.port]);
    const replies = socket.makefile('r');
    const say = async (line: string, flags = 0) => {
      await socket.send(`${line}\r\n`, flags);
      return String(await replies.readline());
    };
    await replies.readline();
    await say('USER anna');
    await say('PASS secret');
    const port = Number(/\|(\d+)\|/.exec(await say('EPSV'))?.[1]);
    const data = await dataConnection(port);
    expect(await say('RETR big')).toMatch(/^150 /);
    expect(await say('ABOR', MSG_OOB)).toMatch(/^426 /);
    expect(String(await replies.readline())).toMatch(/^226 /);
    expect(await say('NOOP', MSG_OOB)).toMatch(/^200 /);
    data.destroy();
    await replies.close();
  });

  test('behind commands that wait, it acts at once and is answered in its turn', async () => {
    await runningDownload();
    client.send('NOOP\r\nSYST\r\nABOR\r\n');
    await client.expect(426);
    await client.expect(200);
    await client.expect(215);
    await client.expect(226);
  });
});

describe('while a transfer runs', () => {
  test('STAT answers at once, NOOP in its turn', async () => {
    await runningDownload();
    expect(await client.say('STAT', 211)).toMatch(/RETR \/big, \d+ bytes so far/);
    client.send('NOOP\r\nABOR\r\n');
    await client.expect(426);
    await client.expect(200);
    await client.expect(226);
  });

  test('QUIT waits for the end of the transfer', async () => {
    bigFile();
    const data = await client.passive();
    await client.say('RETR big', 150);
    client.send('QUIT\r\n');
    let bytes = 0;
    data.on('data', (part) => (bytes += part.length));
    await once(data, 'close');
    expect(bytes).toBe(200 * 1024 * 1024);
    await client.expect(226);
    await client.expect(221);
    expect(await client.reply()).toBe('closed');
  });

  test('QUIT ends the wait for a data connection', async () => {
    bigFile();
    await client.say('EPSV', 229);
    await client.say('RETR big', 150);
    client.send('QUIT\r\n');
    await client.expect(425);
    await client.expect(221);
  });

  test('a lost control connection ends it, in every state', async () => {
    await runningDownload();
    client.socket.destroy();
    await until(() => started.server.sessionCount === 0);
    using waiting = await Dialogue.login(started.port);
    await waiting.say('EPSV', 229);
    await waiting.say('RETR big', 150);
    waiting.socket.resetAndDestroy();
    await until(() => started.server.sessionCount === 0);
    using listening = await Dialogue.login(started.port);
    await listening.say('EPSV', 229);
    listening.close();
    await until(() => started.server.sessionCount === 0);
    expect(started.log.filter((entry) => entry['interruption'] === 'lost')).toHaveLength(2);
  });

  test('an active connection that nobody reads is ended by ABOR', async () => {
    bigFile();
    const { port, server, connection } = await activePort();
    await client.say(`EPRT |1|127.0.0.1|${port}|`, 200);
    client.send('RETR big\r\n');
    const data = await connection;
    await client.expect(150);
    client.send('ABOR\r\n');
    await client.expect(426);
    await client.expect(226);
    data.destroy();
    server.close();
  });
});

describe('command lines', () => {
  test('many commands in one packet are answered in order', async () => {
    mkdirSync(inHome('d'));
    client.send('CWD d\r\nPWD\r\nXYZZY\r\nTYPE I\r\nCDUP\r\nPWD\r\n');
    for (const code of [250, 257, 500, 200, 250]) await client.expect(code);
    expect(await client.expect(257)).toMatch(/"\/"/);
  });

  test('hundreds sent ahead are all answered', async () => {
    client.send('NOOP\r\n'.repeat(1000));
    for (let i = 0; i < 1000; i++) await client.expect(200);
  });

  test('a line that is too long is one 500, and its tail never runs', async () => {
    writeFileSync(inHome('f'), '');
    client.send(`STAT ${'x'.repeat(10_000)}`);
    client.send(`${'y'.repeat(5000)}\rDELE f\n\0NOOP`.replaceAll('\n', ''));
    client.send('DELE f\r\nNOOP\r\n');
    await client.expect(500);
    await client.expect(200);
    expect(existsSync(inHome('f'))).toBe(true);
  });

  test('a path of 4096 bytes is no long line: the file system answers', async () => {
    await client.say(`CWD ${'x/'.repeat(2040)}`, 550);
    await client.say(`MKD ${'x'.repeat(4000)}`, 553);
  });

  test('a NUL in a path is refused', async () => {
    for (const verb of ['CWD', 'MKD', 'DELE', 'RNFR', 'MDTM', 'MLST', 'STAT']) await client.say(`${verb} a\0b`, 501);
    for (const verb of ['RETR', 'STOR', 'APPE', 'LIST', 'NLST', 'MLSD']) {
      await client.passive();
      await client.say(`${verb} a\0b`, 501);
    }
    expect(readdirSync(started.home)).toEqual([]);
  });

  test('a lone CR ends nothing', async () => {
    client.send('MKD a\rDELE b\r\n');
    await client.expect(257);
    expect(readdirSync(started.home)).toEqual(['a\rDELE b']);
  });

  test('Telnet options are refused, and the verb after them is whole', async () => {
    const raw = once(client.socket, 'data') as Promise<[Buffer]>;
    client.send('\xff\xfd\x01\xff\xfb\x1f');
    expect(Buffer.concat(await raw)).toEqual(Buffer.from([255, 252, 1, 255, 254, 31]));
    client.close();
    using other = await Dialogue.login(started.port);
    other.send('\xff\xf1NO\xff\xf1OP\r\n');
    await other.expect(200);
  });

  test('HTTP is shown the door, and nothing of it runs', async () => {
    using browser = await Dialogue.connect(started.port);
    await browser.expect(220);
    browser.send('POST / HTTP/1.1\r\nHost: x\r\n\r\nUSER anna\r\nPASS secret\r\nMKD d\r\n');
    await browser.expect(421);
    expect(await browser.reply()).toBe('closed');
    expect(readdirSync(started.home)).toEqual([]);
  });

  test('twenty unknown commands in a row end the session', async () => {
    for (let i = 0; i < 19; i++) await client.say(`X${i}`, 500);
    await client.say('X', 421);
    expect(await client.reply()).toBe('closed');
  });

  test('random bytes never crash the server, and it serves on', async () => {
    const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
    const verb = fc.constantFrom(
      'USER anna',
      'PASS secret',
      'EPSV',
      'RETR x',
      'LIST',
      'PORT',
      'EPRT',
      'REST',
      'ABOR',
      'STAT',
    );
    const piece = fc.oneof(byte, verb, fc.constantFrom('\r\n', '\r', '\n', ' ', '\xff', '\xff\xf4', '-a ', '../', '|'));
    const input = fc.array(piece, { maxLength: 200 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(input, fc.boolean(), async (text, isLoggedIn) => {
        const socket = connect(started.port, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.resume();
        await once(socket, 'connect');
        if (isLoggedIn) socket.write('USER anna\r\nPASS secret\r\n');
        socket.end(text, 'latin1');
        await once(socket, 'close');
      }),
      { numRuns: 150 },
    );
    await until(() => started.server.sessionCount === 1);
    await client.say('NOOP', 200);
  });
});

describe('limits', () => {
  test('a client that never reads its replies is not read either, and hurts nobody', async () => {
    const deaf = await Dialogue.login(started.port);
    deaf.socket.pause();
    const flood = Buffer.from('HELP\r\n'.repeat(50_000));
    let accepted = 0;
    for (let i = 0; i < 200; i++) {
      if (!deaf.socket.write(flood)) break;
      accepted++;
    }
    await client.say('NOOP', 200);
    await until(() => deaf.socket.writableLength > 0);
    expect(accepted).toBeLessThan(200);
    const memory = process.memoryUsage().rss;
    for (let i = 0; i < 50; i++) await client.say('NOOP', 200);
    expect(process.memoryUsage().rss - memory).toBeLessThan(64 << 20);
    deaf.close();
  });

  test('too many sessions are told 421, in all and from one address', async () => {
    await using small = await startServer({ maxSessions: 2, maxPerAddress: 1 });
    using first = await Dialogue.login(small.port);
    using second = await Dialogue.connect(small.port);
    expect(await second.expect(421)).toMatch(/your address/);
    expect(await second.reply()).toBe('closed');
    using neighbour = await Dialogue.connect(small.port, '127.0.0.1', '127.0.0.2');
    await neighbour.expect(220);
    using third = await Dialogue.connect(small.port, '127.0.0.1', '127.0.0.3');
    expect(await third.expect(421)).toMatch(/Too many clients/);
    await first.say('QUIT', 221);
    await until(() => small.server.sessionCount === 1);
    using again = await Dialogue.login(small.port);
    await again.say('NOOP', 200);
  });

  test('a silent client is told 421, before and after the login', async () => {
    await using hasty = await startServer({ idleTimeout: 0.1, loginTimeout: 5 });
    using silent = await Dialogue.login(hasty.port);
    expect(await silent.expect(421)).toMatch(/Nothing came/);
    await using slow = await startServer({ loginTimeout: 0.1 });
    using stranger = await Dialogue.connect(slow.port);
    await stranger.expect(220);
    expect(await stranger.expect(421)).toMatch(/No login/);
    expect(await stranger.reply()).toBe('closed');
  });

  test('a session whose transfer runs is not idle', async () => {
    await using hasty = await startServer({ idleTimeout: 0.1 });
    execFileSync('truncate', ['-s', '20M', join(hasty.home, 'big')]);
    using other = await Dialogue.login(hasty.port);
    const data = await other.passive();
    await other.say('RETR big', 150);
    // longer than the limit, whatever the machine does: the time is what is tested
    await new Promise((resolve) => setTimeout(resolve, 300));
    data.resume();
    await other.expect(226);
  });

  test('a wrong password is answered late, and nobody else waits for it', async () => {
    await using slow = await startServer({ loginDelay: 30 });
    using guesser = await Dialogue.connect(slow.port);
    await guesser.expect(220);
    await guesser.say('USER anna', 331);
    guesser.send('PASS wrong\r\n');
    await until(() => slow.log.some((entry) => entry['msg'] === 'wrong name or password'));
    using other = await Dialogue.login(slow.port);
    await other.say('NOOP', 200);
    guesser.close();
    await until(() => slow.server.sessionCount === 1);
  });
});

describe('the end', () => {
  test('close tells everybody 421, cuts transfers, and leaves nothing', async () => {
    await using other = await startServer();
    execFileSync('truncate', ['-s', '200M', join(other.home, 'big')]);
    using idle = await Dialogue.login(other.port);
    using busy = await Dialogue.login(other.port);
    const data = await busy.passive();
    await busy.say('RETR big', 150);
    const closing = other.server.close();
    await idle.expect(421);
    expect(await idle.reply()).toBe('closed');
    data.destroy();
    const last = [await busy.reply(), await busy.reply()].map((reply) => reply.slice(0, 3));
    expect(last.sort()).toEqual(['421', '426']);
    await closing;
    expect(other.server.sessionCount).toBe(0);
    await expect(Dialogue.connect(other.port)).rejects.toThrow('ECONNREFUSED');
    await other.server.close();
  });
});

test('a folder that is swapped for a link while requests run never leads a client out', async () => {
  const swapped = inHome('swapped');
  mkdirSync(swapped);
  writeFileSync(join(swapped, 'secret'), 'inside');
  writeFileSync(join(started.outside, 'secret'), 'OUTSIDE');
  symlinkSync(started.outside, inHome('evil'));
  const stop = new AbortController();
  const swapping = (async () => {
    let rounds = 0;
    for (; !stop.signal.aborted; rounds++) {
      renameSync(swapped, inHome('aside'));
      renameSync(inHome('evil'), swapped);
      await new Promise(setImmediate);
      renameSync(swapped, inHome('evil'));
      renameSync(inHome('aside'), swapped);
      await new Promise(setImmediate);
    }
    return rounds;
  })();
  const replies: string[] = [];
  await client.say('TYPE I', 200);
  for (let i = 0; i < 150; i++) {
    for (const line of ['SIZE swapped/secret', `MKD swapped/new${i}`, 'CWD swapped', 'CWD /', 'MLST swapped/secret'])
      replies.push(await sayAny(client, line));
    const data = await client.passive();
    const text = everything(data);
    const first = await sayAny(client, 'RETR swapped/secret');
    if (first.startsWith('150')) await client.expect(226);
    else data.destroy();
    expect(['inside', '']).toContain(await text);
    const upload = await client.passive();
    const answer = await sayAny(client, `STOR swapped/up${i}`);
    upload.end('x');
    if (answer.startsWith('150')) await client.expect(226);
  }
  stop.abort();
  expect(await swapping).toBeGreaterThan(10);
  expect(replies.filter((reply) => reply === '213 6').length).toBeGreaterThan(0);
  expect(replies).not.toContain('213 7');
  expect(replies.some((reply) => reply.includes('leads out'))).toBe(true);
  expect(readdirSync(started.outside)).toEqual(['secret']);
});

async function sayAny(dialogue: Dialogue, line: string): Promise<string> {
  dialogue.send(`${line}\r\n`);
  return await dialogue.reply();
}
