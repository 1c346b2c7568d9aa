/** Conversations with servers that no program plays: broken, hostile, old, or hanging up at the wrong moment. */
import { readdirSync } from 'node:fs';
import { EOFError, OSError, RuntimeError, TimeoutError, ValueError } from '@p8/errors';
import { createConnection, createServer } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { portOf, scripted } from '../../test/client/scripted-server.ts';
import type { Conversation, ScriptedServer } from '../../test/client/scripted-server.ts';
import { PermanentError, ProtocolError, ReplyError, TemporaryError } from './errors.ts';
import { FTP } from './ftp.ts';
import type { FTPOptions } from './ftp.ts';

/** Runs the script against a client that is connected and, unless told otherwise, logged in. */
async function play(
  script: (server: Conversation) => Promise<void>,
  body: (ftp: FTP, server: ScriptedServer) => Promise<void>,
  options: FTPOptions = {},
): Promise<void> {
  await using server = scripted(async (conversation) => {
    await conversation.greet();
    await script(conversation);
  });
  using ftp = new FTP({ timeout: 10, ...options });
  await ftp.connect('127.0.0.1', server.port);
  await ftp.login();
  await body(ftp, server);
  ftp.close();
  await server.done;
}

const sockets = () => readdirSync('/proc/self/fd').length;
let before = 0;
beforeEach(() => {
  before = sockets();
});
afterEach(() => {
  expect(sockets(), 'descriptors that the test left open').toBeLessThanOrEqual(before + 1); // the reactor's own, once
});

describe('connect', () => {
  it('returns the greeting, after 120 too', async () => {
    await using server = scripted(async (it) => {
      await it.say('120 in a minute', '220-Hello', '220 ready');
      await it.line();
    });
    using ftp = new FTP({ timeout: 10 });
    expect(await ftp.connect('127.0.0.1', server.port)).toBe('Hello\nready');
    expect(ftp.getwelcome()).toBe('Hello\nready');
  });

  it('raises what a busy server says, and leaves nothing open', async () => {
    await using server = scripted((it) => it.say('421 too many users'));
    using ftp = new FTP({ timeout: 10 });
    await expect(ftp.connect('127.0.0.1', server.port)).rejects.toThrow(TemporaryError);
    expect(ftp.closed).toBe(true);
  });

  it('raises ProtocolError for a server that is none of FTP', async () => {
    await using server = scripted((it) => it.say('SSH-2.0-OpenSSH_9.2'));
    using ftp = new FTP({ timeout: 10 });
    await expect(ftp.connect('127.0.0.1', server.port)).rejects.toThrow(ProtocolError);
    expect(ftp.closed).toBe(true);
  });

  it('raises EOFError for a server that hangs up, TimeoutError for one that is silent', async () => {
    await using rude = scripted(async () => {});
    await expect(new FTP({ timeout: 10 }).connect('127.0.0.1', rude.port)).rejects.toThrow(EOFError);
    await using silent = scripted(async (it) => void (await it.line()));
    await expect(new FTP({ timeout: 0.05 }).connect('127.0.0.1', silent.port)).rejects.toThrow(TimeoutError);
  });

  it('ends an endless greeting', async () => {
    await using server = scripted(async (it) => {
      for (;;) await it.raw('220-and one more thing\r\n'.repeat(1000));
    });
    await expect(new FTP({ timeout: 10 }).connect('127.0.0.1', server.port)).rejects.toThrow('longer than');
  });

  it('refuses a second connection of one session', async () => {
    await play(
      (it) => it.hear(''),
      async (ftp, { port }) => {
        await expect(ftp.connect('127.0.0.1', port)).rejects.toThrow(RuntimeError);
      },
    );
  });
});

describe('login', () => {
  it('sends what it is asked for', async () => {
    await using server = scripted(async (it) => {
      await it.say('220 hello');
      await it.hear('USER anna', '331 and?');
      await it.hear('PASS secret', '332 and?');
      await it.hear('ACCT lab', '230 in');
    });
    using ftp = new FTP({ timeout: 10 });
    await ftp.connect('127.0.0.1', server.port);
    expect(await ftp.login('anna', 'secret', 'lab')).toEqual({ code: 230, lines: ['in'] });
    await server.done;
  });

  it('hides the password from errors and the trace', async () => {
    await using server = scripted(async (it) => {
      await it.say('220 hello');
      await it.hear('USER anna', '331 and?');
      await it.hear('PASS hush', '530 no');
    });
    const lines: string[] = [];
    using ftp = new FTP({ timeout: 10, trace: (line) => lines.push(line) });
    await ftp.connect('127.0.0.1', server.port);
    const error = await ftp.login('anna', 'hush').catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 530, lines: ['no'], command: 'PASS ***', message: '530 no (PASS ***)' });
    expect(lines).toEqual(['< 220 hello', '> USER anna', '< 331 and?', '> PASS ***', '< 530 no']);
  });
});

describe('arguments', () => {
  it.each(['\r\nDELE x', 'a\nb', 'a\rb', 'a\0b'])('with %j are refused, and nothing is sent', async (bad) => {
    await play(
      (it) => it.hear('NOOP', '200 alone'),
      async (ftp) => {
        const calls = [
          () => ftp.cwd(bad),
          () => ftp.mkd(bad),
          () => ftp.rmd(bad),
          () => ftp.delete(bad),
          () => ftp.rename('a', bad),
          () => ftp.rename(bad, 'a'),
          () => ftp.size(bad),
          () => ftp.mdtm(bad),
          () => ftp.nlst(bad),
          () => ftp.dir(bad),
          () => ftp.list(bad),
          () => ftp.mlsd(bad),
          () => ftp.mlsd('', [bad]),
          () => ftp.download(bad, () => {}),
          () => ftp.upload(Buffer.alloc(0), bad),
          () => ftp.login(bad),
          () => ftp.login('anna', bad),
          () => ftp.login('anna', '', bad),
          () => ftp.voidcmd(`NOOP ${bad}`),
          () => ftp.sendcmd(`NOOP ${bad}`),
        ];
        for (const call of calls) await expect(call()).rejects.toThrow(ValueError);
        await ftp.voidcmd('NOOP');
      },
    );
  });

  it('name the parameter and the fix', async () => {
    await play(
      (it) => it.hear(''),
      async (ftp) => {
        const sink = () => {};
        await expect(ftp.download('x', sink, { rest: -1 })).rejects.toThrow('rest must be a number of bytes');
        await expect(ftp.download('x', sink, { rest: Number.NaN })).rejects.toThrow('rest must be');
        await expect(ftp.download('x', undefined as never)).rejects.toThrow('sink must be a function');
        await expect(ftp.upload('text' as never, 'x')).rejects.toThrow('Buffer.from');
        await expect(ftp.upload(7 as never, 'x')).rejects.toThrow('source must be');
        await expect(ftp.upload(Buffer.alloc(1), 'x', { append: true, rest: 1 })).rejects.toThrow('exclude each other');
        expect(() => new FTP({ timeout: 0 })).toThrow('timeout');
        expect(() => new FTP({ encoding: 'utf8' as never })).toThrow('encoding');
        expect(() => new FTP({ listingLimit: -1 })).toThrow('listingLimit');
      },
    );
  });

  it('are sent in the encoding of the session, with IAC doubled', async () => {
    await play(
      (it) => it.hear('CWD \xfc\xff\xff', '250 ok'),
      async (ftp) => ftp.cwd('ü\xff'),
      { encoding: 'latin1' },
    );
  });

  it('that look like options of ls are given as paths', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE A', '200 ok');
        using listener = await it.passive();
        const accepted = listener.accept();
        await it.hear('NLST ./-l', '150 here');
        (await accepted)[0].close();
        await it.say('226 done');
      },
      async (ftp) => expect(await ftp.nlst('-l')).toEqual([]),
    );
  });
});

describe('replies', () => {
  it('are errors by their class, with the code and the lines', async () => {
    await play(
      async (it) => {
        await it.hear('CWD a', '450-busy', ' with it', '450 now');
        await it.hear('CWD a', '550 no \x1b[31mway');
        await it.hear('CWD a', '350 what');
      },
      async (ftp) => {
        const errors = [];
        for (let i = 0; i < 3; i++) errors.push(await ftp.cwd('a').catch((error: unknown) => error));
        expect(errors[0]).toBeInstanceOf(TemporaryError);
        expect(errors[0]).toMatchObject({ code: 450, lines: ['busy', ' with it', 'now'], command: 'CWD a' });
        expect(errors[1]).toBeInstanceOf(PermanentError);
        expect(errors[1]).toMatchObject({ message: String.raw`550 no \x1b[31mway (CWD a)` });
        expect(errors[2]).toBeInstanceOf(ReplyError);
        expect(errors[2]).not.toBeInstanceOf(PermanentError);
      },
    );
  });

  it('with 421 end the session', async () => {
    await play(
      (it) => it.hear('PWD', '421 goodbye'),
      async (ftp) => {
        await expect(ftp.pwd()).rejects.toMatchObject({ code: 421 });
        expect(ftp.closed).toBe(true);
        await expect(ftp.pwd()).rejects.toThrow('connect() again');
        await ftp.quit();
      },
    );
  });

  it('that nobody asked for end the session, so that they answer no other question', async () => {
    await play(
      async (it) => {
        await it.hear('CWD a', '250 ok', '257 "/forged"');
        await it.line();
      },
      async (ftp) => {
        await ftp.cwd('a');
        await expect(ftp.pwd()).rejects.toThrow(ProtocolError);
        expect(ftp.closed).toBe(true);
      },
    );
  });

  it('that come after the time limit are not taken for the next one', async () => {
    const late = Promise.withResolvers<void>();
    await play(
      async (it) => {
        await it.hear('PWD');
        await late.promise;
        await it.say('257 "/late"');
        await it.hear('PWD', '257 "/now"');
      },
      async (ftp) => {
        await expect(ftp.pwd()).rejects.toThrow(TimeoutError);
        late.resolve();
        expect(await ftp.pwd()).toBe('/now');
      },
      { timeout: 0.1 },
    );
  });

  it('that come after an aborted signal are not taken for the next one', async () => {
    const controller = new AbortController();
    const asked = Promise.withResolvers<void>();
    const late = Promise.withResolvers<void>();
    await play(
      async (it) => {
        await it.hear('PWD');
        asked.resolve();
        await late.promise;
        await it.say('257 "/late"');
        await it.hear('PWD', '257 "/now"');
      },
      async (ftp) => {
        const pwd = ftp.pwd({ signal: controller.signal });
        await asked.promise;
        controller.abort(new Error('changed my mind'));
        await expect(pwd).rejects.toThrow('changed my mind');
        late.resolve();
        expect(await ftp.pwd()).toBe('/now');
      },
    );
  });

  it('belong to one call at a time: a second one is refused', async () => {
    await play(
      (it) => it.hear('PWD', '257 "/a"'),
      async (ftp) => {
        const first = ftp.pwd();
        await expect(ftp.cwd('b')).rejects.toThrow('pwd() still runs');
        expect(await first).toBe('/a');
      },
    );
  });

  it('are rejected at once when the session is closed', async () => {
    const asked = Promise.withResolvers<void>();
    await play(
      async (it) => {
        await it.hear('PWD');
        asked.resolve();
        await it.line();
      },
      async (ftp) => {
        const pwd = ftp.pwd();
        await asked.promise;
        ftp.close();
        await expect(pwd).rejects.toThrow(OSError);
        ftp.close();
      },
    );
  });
});

describe('data connections', () => {
  it('fall back to PASV once and for all, and never go to the host it names', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE A', '200 ok');
        for (const first of [true, false]) {
          if (first) await it.hear('EPSV', '500 what?');
          using listener = listen();
          const port = portOf(listener);
          await it.hear('PASV', `227 Entering Passive Mode (10,9,8,7,${port >> 8},${port & 255})`);
          const accepted = listener.accept();
          await it.hear('NLST', '150 here');
          const [data] = await accepted;
          await data.sendall('a\r\n');
          data.close();
          await it.say('226 done');
        }
      },
      async (ftp) => {
        expect(await ftp.nlst()).toEqual(['a']);
        expect(await ftp.nlst()).toEqual(['a']);
      },
    );
  });

  it('are not tried where the server refuses both', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        await it.hear('EPSV', '500 no');
        await it.hear('PASV', '502 no');
        await it.hear('NOOP', '200 ok');
      },
      async (ftp) => {
        await expect(ftp.download('x', () => {})).rejects.toMatchObject({ code: 502, command: 'PASV' });
        await ftp.voidcmd('NOOP');
      },
    );
  });

  it('in active mode are taken from the server only; a stranger is dropped', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        const numbers = /^PORT 127,0,0,1,(\d+),(\d+)$/.exec(await it.line())!;
        const port = Number(numbers[1]) * 256 + Number(numbers[2]);
        await it.say('200 ok');
        await it.hear('RETR x', '150 coming');
        using stranger = await createConnection(['127.0.0.1', port], { sourceAddress: ['127.0.0.2', 0], timeout: 10 });
        using data = await createConnection(['127.0.0.1', port], { timeout: 10 });
        expect(await stranger.recv(1).catch(() => Buffer.alloc(0))).toHaveLength(0);
        await data.sendall('hello');
        data.close();
        await it.say('226 done');
      },
      async (ftp) => {
        const parts: Buffer[] = [];
        ftp.setPasv(false);
        expect(await ftp.download('x', (part) => parts.push(part))).toBe(5);
        expect(String(Buffer.concat(parts))).toBe('hello');
      },
    );
  });

  it('in active mode are not waited for any more when the server gives up', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        await it.line();
        await it.say('200 ok');
        await it.hear('RETR x', '150 coming', '425 cannot reach you');
        await it.hear('NOOP', '200 ok');
      },
      async (ftp) => {
        await expect(ftp.download('x', () => {})).rejects.toMatchObject({ code: 425 });
        await ftp.voidcmd('NOOP');
      },
      { passive: false },
    );
  });
});

describe('transfers', () => {
  it('begin where they are told', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        using listener = await it.passive();
        const accepted = listener.accept();
        await it.hear('REST 5', '350 ok');
        await it.hear('RETR x', '150 here');
        const [data] = await accepted;
        await data.sendall('67');
        data.close();
        await it.say('226 done');
      },
      async (ftp) => {
        const told: number[] = [];
        expect(await ftp.download('x', () => {}, { rest: 5, progress: (done) => told.push(done) })).toBe(2);
        expect(told.at(-1)).toBe(7);
      },
    );
  });

  it('that the server refuses leave the session in step', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        using listener = await it.passive();
        await it.hear('RETR x', '550 no such file');
        await it.hear('NOOP', '200 ok');
        void listener;
      },
      async (ftp) => {
        await expect(ftp.download('x', () => {})).rejects.toMatchObject({ code: 550, command: 'RETR x' });
        await ftp.voidcmd('NOOP');
      },
    );
  });

  it('take 2xx at once for a transfer that is over', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE A', '200 ok');
        using listener = await it.passive();
        const accepted = listener.accept();
        await it.hear('LIST', '226 nothing here');
        (await accepted)[0].close();
        await it.hear('NOOP', '200 ok');
      },
      async (ftp) => {
        expect(await ftp.list()).toEqual([]);
        await ftp.voidcmd('NOOP');
      },
    );
  });

  it('end with what the server says while bytes still go: a full disk', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        using listener = await it.passive();
        const accepted = listener.accept();
        await it.hear('STOR x', '150 go on');
        using data = (await accepted)[0];
        await data.recv(1000);
        await it.say('552 quota exceeded');
        await it.hear('NOOP', '200 ok');
      },
      async (ftp) => {
        await expect(ftp.upload(endless(), 'x')).rejects.toMatchObject({ code: 552, command: 'STOR x' });
        await ftp.voidcmd('NOOP');
      },
    );
  });

  it('end with what the server says when it has cut the data connection first', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        using listener = await it.passive();
        const accepted = listener.accept();
        await it.hear('STOR x', '150 go on');
        (await accepted)[0].close();
        await it.hear('ABOR', '452 no space', '225 nothing to abort');
        await it.hear('NOOP', '200 ok');
        await it.hear('NOOP', '200 ok');
      },
      async (ftp) => {
        await expect(ftp.upload(endless(), 'x')).rejects.toMatchObject({ code: 452 });
        await ftp.voidcmd('NOOP');
      },
    );
  });

  it('fail when the server says so after the bytes, so that a cut file is never taken for a whole one', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        using listener = await it.passive();
        const accepted = listener.accept();
        await it.hear('RETR x', '150 here');
        const [data] = await accepted;
        await data.sendall('some');
        data.close();
        await it.say('451 the disk has died');
        await it.hear('NOOP', '200 ok');
      },
      async (ftp) => {
        await expect(ftp.download('x', () => {})).rejects.toMatchObject({ code: 451 });
        await ftp.voidcmd('NOOP');
      },
    );
  });

  it('give parts that the sink may keep, and one buffer again and again where it wants no more', async () => {
    const serve = async (it: Conversation) => {
      using listener = await it.passive();
      const accepted = listener.accept();
      await it.hear('RETR x', '150 here');
      const [data] = await accepted;
      for (let i = 0; i < 20; i++) await data.sendall(Buffer.alloc(100_000, i));
      data.close();
      await it.say('226 done');
    };
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        await serve(it);
        await serve(it);
      },
      async (ftp) => {
        const kept: Buffer[] = [];
        await ftp.download('x', (data) => kept.push(data));
        const expected = Buffer.concat(Array.from({ length: 20 }, (_, i) => Buffer.alloc(100_000, i)));
        expect(Buffer.concat(kept).equals(expected)).toBe(true);
        const memories = new Set<ArrayBufferLike>();
        await ftp.download('x', (data) => memories.add(data.buffer), { reuse: true });
        expect(memories.size).toBe(1);
      },
    );
  });

  it.each([true, false])('end at once when the session is closed; passive: %j', async (passive) => {
    const running = Promise.withResolvers<void>();
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        using listener = passive ? await it.passive() : listen();
        if (!passive) {
          await it.line();
          await it.say('200 ok');
        }
        const accepted = listener.accept();
        accepted.catch(() => {}); // in active mode nobody comes
        await it.hear('RETR x', '150 here');
        if (!passive) running.resolve();
        else await (await accepted)[0].sendall('some');
        expect(await it.line()).toBe('');
        if (passive) (await accepted)[0].close();
      },
      async (ftp) => {
        const download = ftp.download('x', () => running.resolve());
        await running.promise;
        ftp.close();
        await expect(download).rejects.toMatchObject({ code: 'EBADF' });
      },
      { passive },
    );
  });

  it('refuse a source that yields text, and say how to encode it', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        using listener = await it.passive();
        const accepted = listener.accept();
        await it.hear('STOR x', '150 go on');
        using data = (await accepted)[0];
        await it.hear('ABOR', '426 cut', '225 ok');
        await it.hear('NOOP', '200 ok');
        void data;
      },
      async (ftp) => {
        await expect(ftp.upload(['text'] as never, 'x')).rejects.toThrow('encode text with Buffer.from');
      },
    );
  });

  it('end when the control connection is lost', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        const listener = await it.passive();
        const accepted = listener.accept();
        await it.hear('RETR x', '150 here');
        const [data] = await accepted;
        listener.close();
        it.close();
        expect(await data.recv(1).catch(() => Buffer.alloc(0))).toHaveLength(0);
        data.close();
      },
      async (ftp) => {
        await expect(ftp.download('x', () => {})).rejects.toThrow(EOFError);
        expect(ftp.closed).toBe(true);
      },
    );
  });

  it.each([
    ['426, 226', ['426 cut', '226 aborted']],
    ['426, 225', ['426 cut', '225 aborted']],
    ['226, 225: it had ended just before', ['226 done', '225 nothing to abort']],
    ['one reply only', ['226 aborted']],
    ['426, 502: it does not know ABOR', ['426 cut', '502 what?']],
  ])('that are aborted leave the session in step when the server answers %s', async (_name, answer) => {
    const controller = new AbortController();
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        using listener = await it.passive();
        const accepted = listener.accept();
        await it.hear('RETR x', '150 here');
        using data = (await accepted)[0];
        await data.sendall('some');
        await it.hear('ABOR', ...answer);
        await it.hear('NOOP', '200 ok');
        await it.hear('PWD', '257 "/a"');
      },
      async (ftp) => {
        const enough = new Error('enough');
        const download = ftp.download('x', () => controller.abort(enough), { signal: controller.signal });
        await expect(download).rejects.toBe(enough);
        expect(await ftp.pwd()).toBe('/a');
      },
    );
  });

  it('that are aborted at a server which no longer answers close the session', async () => {
    const controller = new AbortController();
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        using listener = await it.passive();
        const accepted = listener.accept();
        await it.hear('RETR x', '150 here');
        using data = (await accepted)[0];
        await data.sendall('some');
        await it.hear('ABOR');
        expect(await it.line()).toBe('');
      },
      async (ftp) => {
        const download = ftp.download('x', () => controller.abort(new Error('enough')), { signal: controller.signal });
        await expect(download).rejects.toThrow('enough');
        expect(ftp.closed).toBe(true);
      },
      { timeout: 0.2 },
    );
  });

  it('that are aborted before they begin send nothing', async () => {
    await play(
      (it) => it.hear('NOOP', '200 ok'),
      async (ftp) => {
        const signal = AbortSignal.abort(new Error('never mind'));
        await expect(ftp.download('x', () => {}, { signal })).rejects.toThrow('never mind');
        await ftp.voidcmd('NOOP');
      },
    );
  });

  it('are reset, not ended, when an upload fails: the server must not take a part for the whole', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        using listener = await it.passive();
        const accepted = listener.accept();
        await it.hear('STOR x', '150 go on');
        using data = (await accepted)[0];
        await it.hear('ABOR');
        await expect(drain(data)).rejects.toMatchObject({ code: 'ECONNRESET' });
        await it.say('426 cut', '225 ok');
        await it.hear('NOOP', '200 ok');
      },
      async (ftp) => {
        const source = (function* () {
          yield Buffer.from('some');
          throw new Error('the disk has died');
        })();
        await expect(ftp.upload(source, 'x')).rejects.toThrow('the disk has died');
        expect(ftp.closed).toBe(false);
      },
    );
  });

  it('refuse a second call from their own sink, and go on', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        using listener = await it.passive();
        const accepted = listener.accept();
        await it.hear('RETR x', '150 here');
        const [data] = await accepted;
        await data.sendall('some');
        data.close();
        await it.say('226 done');
      },
      async (ftp) => {
        const refused: unknown[] = [];
        await ftp.download('x', async () => refused.push(await ftp.pwd().catch((error: unknown) => error)));
        expect(refused[0]).toBeInstanceOf(RuntimeError);
      },
    );
  });

  it('of a listing that never ends are ended at the limit, and the session goes on', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE A', '200 ok');
        using listener = await it.passive();
        const accepted = listener.accept();
        await it.hear('NLST', '150 here');
        using data = (await accepted)[0];
        const endless = async () => {
          for (;;) await data.sendall('a file\r\n'.repeat(1000));
        };
        await expect(endless()).rejects.toThrow(OSError);
        await it.hear('ABOR', '426 cut', '225 ok');
        await it.hear('NOOP', '200 ok');
        await it.hear('PWD', '257 "/"');
      },
      async (ftp) => {
        await expect(ftp.nlst()).rejects.toThrow('listingLimit, 100000 bytes');
        expect(await ftp.pwd()).toBe('/');
      },
      { listingLimit: 100_000 },
    );
  });

  it('that stall end at the time limit, and the session goes on', async () => {
    await play(
      async (it) => {
        await it.hear('TYPE I', '200 ok');
        using listener = await it.passive();
        const accepted = listener.accept();
        await it.hear('RETR x', '150 here');
        using data = (await accepted)[0];
        await it.hear('ABOR', '426 cut', '226 ok');
        await it.hear('NOOP', '200 ok');
        await it.hear('PWD', '257 "/"');
        void data;
      },
      async (ftp) => {
        await expect(ftp.download('x', () => {})).rejects.toThrow(TimeoutError);
        expect(await ftp.pwd()).toBe('/');
      },
      { timeout: 0.2 },
    );
  });
});

describe('listings', () => {
  const listing =
    (command: string, ...lines: string[]) =>
    async (it: Conversation) => {
      await it.hear('TYPE A', '200 ok');
      using listener = await it.passive();
      const accepted = listener.accept();
      await it.hear(command, '150 here');
      const [data] = await accepted;
      await data.sendall(lines.map((line) => `${line}\r\n`).join(''));
      data.close();
      await it.say('226 done');
    };

  it('give bare names only', async () => {
    const lines = ['a', '../../.bashrc', '..', '.', 'd/b', '', 'c\0d', 'e\rf'];
    await play(listing('NLST d', ...lines), async (ftp) => {
      expect(await ftp.nlst('d')).toEqual(['a', '.bashrc', 'b']);
    });
  });

  it('by MLSD give facts', async () => {
    await play(
      async (it) => {
        await it.hear('OPTS MLST type;size;', '200 ok');
        await listing('MLSD d', 'type=cdir; /d', 'type=file;size=3; a', 'type=file; ../b')(it);
      },
      async (ftp) => {
        const entries = await ftp.mlsd('d', ['type', 'size']);
        expect(entries.map(({ name, type, size }) => [name, type, size])).toEqual([
          ['a', 'file', 3],
          ['b', 'file', undefined],
        ]);
      },
    );
  });

  it('by LIST are entries, or ProtocolError with the line', async () => {
    const line = 'drwxr-xr-x 2 a b 4096 Jan  1 2020 x';
    await play(listing('LIST', 'total 4', line, line.replace(/x$/, '..')), async (ftp) => {
      expect((await ftp.list()).map(({ name }) => name)).toEqual(['x']);
    });
    await play(listing('LIST', 'x has 12 bytes'), async (ftp) => {
      await expect(ftp.list()).rejects.toMatchObject({ received: 'x has 12 bytes' });
      expect(ftp.closed).toBe(false);
    });
    await play(listing('LIST', 'x has 12 bytes'), async (ftp) => {
      expect(await ftp.dir()).toEqual(['x has 12 bytes']);
    });
  });
});

describe('the end', () => {
  it('is said by quit, and only once', async () => {
    await play(
      (it) => it.hear('QUIT', '221 bye'),
      async (ftp) => {
        await ftp.quit();
        await ftp.quit();
        expect(ftp.closed).toBe(true);
      },
    );
  });

  it('is said by "await using", and a server that is gone is no error', async () => {
    await using server = scripted(async (it) => {
      await it.greet();
      expect(await it.line()).toBe('QUIT');
    });
    {
      await using ftp = new FTP({ timeout: 10 });
      await ftp.connect('127.0.0.1', server.port);
      await ftp.login();
    }
    await server.done;
  });

  it('comes before the beginning: calls without connect say so', async () => {
    const ftp = new FTP();
    await expect(ftp.pwd()).rejects.toThrow('await connect(host) first');
    await ftp.quit();
    ftp.close();
    expect(ftp.closed).toBe(true);
  });
});

async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) yield Buffer.alloc(64 * 1024);
}

function listen(): Socket {
  const listener = createServer(['127.0.0.1', 0]);
  listener.settimeout(10);
  return listener;
}

async function drain(socket: Socket): Promise<void> {
  while ((await socket.recv(65536)).length > 0);
}
