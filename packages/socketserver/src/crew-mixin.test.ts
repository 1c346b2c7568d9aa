/**
 * What servers with threads and servers with processes must do beside what all servers do; after CPython's
 * Lib/test/test_socketserver.py, and beyond.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { TimeoutError } from '@p8/errors';
import { createConnection } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { WorkerLostError } from '@p8/threading';
import { ForkingTCPServer, StreamRequestHandler, ThreadingTCPServer } from './index.ts';
import { Homebody } from '../test/broken.ts';
import * as crews from '../test/crew.ts';
import { answer, anyPort, BadRequest, Blocking, Doubling, Obedient, Saying, whereabouts } from '../test/crew.ts';
import { UpperLines } from '../test/handlers.ts';
import { socketCount } from '../test/sockets.ts';

const run = promisify(execFile);
const LONG = { timeout: 60_000 };
type CrewServer = ThreadingTCPServer | ForkingTCPServer;

const kinds = [
  {
    name: 'ThreadingMixIn',
    Plain: ThreadingTCPServer,
    Listening: crews.ListeningThreads,
    Impatient: crews.ImpatientThreads,
    OneEach: crews.OneEachThread,
    Lonely: crews.LonelyThread,
    Narrow: crews.NarrowThread,
    Patient: crews.PatientThread,
    Telling: crews.TellingThreads,
    step: 'processRequestThread',
    Numbers: crews.ThreadingNumbers,
    Unsendable: crews.UnsendableToThreads,
    most: 'maxThreads',
  },
  {
    name: 'ForkingMixIn',
    Plain: ForkingTCPServer,
    Listening: crews.ListeningProcesses,
    Impatient: crews.ImpatientProcesses,
    OneEach: crews.OneEachProcess,
    Lonely: crews.LonelyProcess,
    Narrow: crews.NarrowProcess,
    Patient: crews.PatientProcess,
    Telling: crews.TellingProcesses,
    step: 'processRequestChild',
    Numbers: crews.ForkingNumbers,
    Unsendable: crews.UnsendableToProcesses,
    most: 'maxChildren',
  },
] as const;

const folder = mkdtempSync(join(tmpdir(), 'p8-crew-'));
afterAll(() => rmSync(folder, { recursive: true }));
let logs = 0;

/** A file that servers write to, wherever they are. */
function newLog(): string {
  const log = join(folder, String(logs++));
  writeFileSync(log, '');
  return log;
}

function linesOf(log: string): string[] {
  return readFileSync(log, 'utf8').split('\n').filter(Boolean);
}

// the first process of a program starts what stays: a spare for the next, and who tidies up
beforeAll(async () => {
  const server = new ForkingTCPServer(anyPort, UpperLines);
  const handled = server.handleRequest();
  await answer(server.serverAddress);
  await handled;
  await server.serverClose();
}, 60_000);

let before = 0;
beforeEach(() => {
  before = socketCount();
});
// the spare may be there or not
afterEach(() => vi.waitUntil(() => socketCount() <= before + 1, LONG));

/** Serves while `body` runs; then the server is closed. */
async function serving<Server extends CrewServer>(
  server: Server,
  body: (server: Server) => Promise<void>,
): Promise<Server> {
  const served = server.serveForever();
  try {
    await body(server);
  } finally {
    server.shutdown();
    await served;
    await server.serverClose();
  }
  return server;
}

/** Until so many handlers run. */
async function running(server: CrewServer, count: number): Promise<void> {
  await vi.waitUntil(() => {
    const { queued, active } = server.statistics();
    return active === count && queued === 0;
  }, LONG);
}

interface MemberLoad {
  readonly name: string;
  readonly active: number;
  readonly requests: number;
}

function members(server: CrewServer): readonly MemberLoad[] {
  return server instanceof ThreadingTCPServer ? server.statistics().threads : server.statistics().children;
}

async function connect(server: CrewServer): Promise<Socket> {
  return await createConnection(server.serverAddress);
}

async function say(server: CrewServer, text: string): Promise<Socket> {
  const client = await createConnection(server.serverAddress);
  await client.sendall(`${text}\n`);
  return client;
}

describe.each(kinds)('$name', (kind) => {
  const { Plain, Listening, Impatient, OneEach, Lonely, Narrow, Patient } = kind;

  test('handlers run elsewhere, and those that block hold up nobody', LONG, async () => {
    await serving(new Listening(anyPort, Blocking), async (server) => {
      const blocked = [await connect(server), await connect(server)];
      await running(server, 2);
      const said = await answer(server.serverAddress, 'hello\n');
      expect(said).toMatch(/^hello in \d+\/\d+$/);
      expect(said).not.toBe(`hello in ${whereabouts()}`);
      for (const client of blocked) {
        await client.sendall('x\n');
        expect(String(await client.recv(100))).toMatch(/^x in \d+\/\d+$/);
        client.close();
      }
    });
  });

  test('connections that stay are spread evenly', LONG, async () => {
    await serving(new Listening(anyPort, UpperLines), async (server) => {
      const active = (): number[] => members(server).map((member) => member.active);
      // a member that has no processor for some milliseconds is held to be stuck, and others take what was meant for it
      await vi.waitUntil(async () => {
        const count = 3 * Math.max(1, members(server).length);
        const clients = await Promise.all(Array.from({ length: count }, () => say(server, 'hello')));
        await running(server, count);
        const even = active().length > 0 && active().every((one) => one === 3);
        for (const client of clients) client.close();
        await running(server, 0);
        return even;
      }, LONG);
    });
  });

  test('handlers that await share a thread or process', LONG, async () => {
    await serving(new Lonely(anyPort, UpperLines), async (server) => {
      const clients = await Promise.all(Array.from({ length: 20 }, () => say(server, 'hello')));
      for (const client of clients) {
        expect(String(await client.recv(100))).toBe('HELLO\n');
        client.close();
      }
      expect(members(server)).toHaveLength(1);
    });
  });

  // ErrorHandlerTest.test_threading_handled
  test("a handler's error arrives at handleError whole, at home, and the server goes on", LONG, async () => {
    const server = await serving(new Listening(anyPort, Obedient), async ({ serverAddress }) => {
      expect(await answer(serverAddress, 'raise\n')).toBe('');
      expect(await answer(serverAddress, 'throw a function\n')).toBe('');
      expect(await answer(serverAddress, 'hello\n')).toMatch(/^hello/);
    });
    const [error, other] = server.errors;
    expect(error).toBeInstanceOf(BadRequest);
    expect(error).toHaveProperty('reason', 'bad');
    expect(other).toHaveProperty('message', expect.stringMatching(/cannot be sent to its server/));
    expect([...server.homes]).toEqual([whereabouts()]);
    expect(server.statistics()).toMatchObject({ requests: 3, errors: 2, active: 0, queued: 0 });
  });

  test('a handler that exits costs its own connection, and others are served', LONG, async () => {
    const server = await serving(new OneEach(anyPort, Obedient), async (one) => {
      using other = await connect(one);
      await running(one, 1);
      expect(await answer(one.serverAddress, 'exit\n')).toBe('');
      await other.sendall('hello\n');
      expect(String(await other.recv(100))).toMatch(/^hello in/);
      expect(await answer(one.serverAddress, 'hello\n')).toMatch(/^hello/);
    });
    expect(server.errors).toEqual([expect.any(WorkerLostError)]);
    expect(server.errors[0]).toHaveProperty('exitcode', 3);
  });

  test.each(['hang', 'spin'])('a handler that does not end (%s) is ended after requestTimeout', LONG, async (word) => {
    const server = await serving(new Impatient(anyPort, Obedient), async (running) => {
      expect(await answer(running.serverAddress, `${word}\n`)).toBe('');
      expect(await answer(running.serverAddress, 'hello\n')).toMatch(/^hello/);
    });
    expect(server.errors).toEqual([expect.any(TimeoutError)]);
  });

  test('shutdown and serverClose reach the server from a handler', LONG, async () => {
    const server = new Listening(anyPort, Obedient);
    const served = server.serveForever();
    expect(await answer(server.serverAddress, 'close the server\n')).toMatch(/^close the server in/);
    await served;
    await server.serverClose();
    expect(server.fileno()).toBe(-1);
  });

  test('a handler may give its connection to node:net, and may close it', LONG, async () => {
    await serving(new Impatient(anyPort, Obedient), async ({ serverAddress }) => {
      expect(await answer(serverAddress, 'net\n')).toBe('net');
      expect(await answer(serverAddress, 'close\n')).toBe('');
    });
  });

  test('serverClose waits for requests in hand, also for those that no thread has yet', LONG, async () => {
    const server = new Patient(anyPort, Blocking);
    const served = server.serveForever();
    using first = await connect(server);
    await running(server, 1);
    using second = await connect(server);
    await vi.waitUntil(() => server.statistics().queued === 1, LONG);
    const closed = server.serverClose();
    await served;
    for (const client of [first, second]) {
      await client.sendall('x\n');
      expect(String(await client.recv(100))).toMatch(/^x in/);
    }
    await closed;
    expect(server.activeRequests).toBe(0);
  });

  test('without blockOnClose serverClose drops them, silently', LONG, async () => {
    for (const Handler of [Blocking, Obedient]) {
      const server: CrewServer & crews.Listening = new Listening(anyPort, Handler);
      server.blockOnClose = false;
      const served = server.serveForever();
      using client = Handler === Blocking ? await connect(server) : await say(server, 'hang');
      await running(server, 1);
      await server.serverClose();
      await served;
      expect(await client.recv(1)).toHaveLength(0);
      expect(server.errors).toEqual([]);
    }
  });

  test.each([Narrow, Patient])('a full queue refuses, or accepts no more for a while: %o', LONG, async (Server) => {
    await serving(new Server(anyPort, Blocking), async (server) => {
      const clients = [await connect(server)];
      await running(server, 1);
      for (let i = 0; i < 3; i++) clients.push(await connect(server));
      await vi.waitUntil(() => server.statistics().queued === 1, LONG);
      if (Server === Narrow) await vi.waitUntil(() => server.statistics().refused === 2, LONG);
      const said: string[] = [];
      for (const client of clients) {
        await client.sendall('x\n').catch(() => undefined);
        said.push(await client.recv(100).then(String, () => ''));
        client.close();
      }
      expect(said.filter((text) => text.startsWith('x in'))).toHaveLength(Server === Narrow ? 2 : 4);
    });
  });

  test('each step can be overridden; those of the request run elsewhere', LONG, async () => {
    const stepsFor = async (text: string): Promise<string[]> => {
      const server = new kind.Telling(anyPort, Saying);
      server.log = newLog();
      const served = server.serveForever();
      await answer(server.serverAddress, text);
      server.shutdown();
      await served;
      await server.serverClose();
      return linesOf(server.log);
    };
    const begin = [
      'verifyRequest at home',
      'processRequest at home',
      `${kind.step} elsewhere`,
      'finishRequest elsewhere',
      `handle by ${kind.Telling.name} elsewhere`,
    ];
    expect(await stepsFor('')).toEqual([...begin, 'shutdownRequest elsewhere', 'closeRequest elsewhere']);
    const end = ['handleError at home', 'shutdownRequest at home', 'closeRequest at home'];
    expect(await stepsFor('raise')).toEqual([...begin, ...end]);
  });

  test('works on a server that has no sockets at all', LONG, async () => {
    const server = new kind.Numbers('', Doubling);
    server.log = newLog();
    await server.serveForever();
    await server.serverClose();
    const results = linesOf(server.log).map(Number);
    expect(results).toEqual(expect.arrayContaining([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]));
  });

  test('what cannot be imported, or sent, is told before the first request', LONG, async () => {
    class Hidden extends StreamRequestHandler {}
    for (const [server, says] of [
      [new Plain(anyPort, Hidden), /Hidden.*not an exported/],
      [new kind.Unsendable(anyPort, UpperLines), /log/],
      [new Plain(anyPort, Homebody), /main program only/],
    ] as const) {
      await expect(server.serveForever()).rejects.toThrow(says);
      await server.serverClose();
    }
  });

  // test_close_immediately, test_threads_reaped
  test('many short requests at once are all served, and forgotten', LONG, async () => {
    const server = await serving(new Listening(anyPort, UpperLines), async ({ serverAddress }) => {
      for (let round = 0; round < 5; round++) {
        const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => answer(serverAddress, `line ${i}\n`)));
        expect(answers).toEqual(Array.from({ length: 40 }, (_, i) => `LINE ${i}\n`));
      }
    });
    expect(server.statistics()).toMatchObject({ requests: 200, errors: 0, active: 0 });
  });

  test('counts are checked', async () => {
    class Wrong extends (Plain as typeof ThreadingTCPServer) {}
    Object.assign(Wrong, { [kind.most]: 0 });
    await using server = new Wrong(anyPort, UpperLines);
    await expect(server.serveForever()).rejects.toThrow(`${kind.most} must be a whole number from 1`);
  });

  test('the program ends although a server has members and was not closed', LONG, async () => {
    const program = fileURLToPath(new URL('../test/unclosed.ts', import.meta.url));
    const { stdout } = await run(process.execPath, ['-C', '@p8/source', program, kind.name]);
    expect(stdout).toBe('HELLO\n');
  });
});

describe('ForkingMixIn', () => {
  test('a process that is killed costs its own connections, and handleError hears of the signal', LONG, async () => {
    const server = await serving(new crews.OneEachProcess(anyPort, Obedient), async (one) => {
      using other = await connect(one);
      await running(one, 1);
      expect(await answer(one.serverAddress, 'kill\n')).toBe('');
      await other.sendall('hello\n');
      expect(String(await other.recv(100))).toMatch(/^hello in/);
      expect(await answer(one.serverAddress, 'hello\n')).toMatch(/^hello/);
    });
    expect(server.errors).toEqual([expect.any(WorkerLostError)]);
    expect(server.errors[0]).toMatchObject({ exitcode: -9, message: expect.stringMatching(/signal 9/) });
  });

  test(
    'a process without free descriptors fails what it gets, which handleError hears of, and goes on',
    LONG,
    async () => {
      const server = await serving(new crews.LonelyProcess(anyPort, Obedient), async ({ serverAddress }) => {
        using glutton = await createConnection(serverAddress);
        await glutton.sendall('use up descriptors\n');
        expect(String(await glutton.recv(100))).toBe('used up');
        expect(await answer(serverAddress, 'hello\n')).toBe('');
        await glutton.sendall('\n');
        expect(String(await glutton.recv(100))).toMatch(/^use up descriptors in/);
        expect(await answer(serverAddress, 'hello\n')).toMatch(/^hello in/);
      });
      expect(server.errors).toEqual([expect.objectContaining({ code: 'EMFILE' })]);
    },
  );

  test('idle processes that are killed lose nothing', LONG, async () => {
    const server = await serving(new crews.ListeningProcesses(anyPort, Obedient), async (one) => {
      for (let round = 0; round < 2; round++) {
        expect(await answer(one.serverAddress, 'hello\n')).toMatch(/^hello/);
        await running(one, 0);
        for (const pid of one.activeChildren) process.kill(pid, 'SIGKILL');
      }
      expect(await answer(one.serverAddress, 'hello\n')).toMatch(/^hello/);
    });
    expect(server.errors).toEqual([]);
  });

  test('a process that is told to end finishes what it has, and another takes its place', LONG, async () => {
    await serving(new crews.LonelyProcess(anyPort, Obedient), async (server) => {
      using client = await connect(server);
      await running(server, 1);
      const [pid] = server.activeChildren;
      process.kill(pid!, 'SIGTERM');
      process.kill(pid!, 'SIGINT');
      await client.sendall('hello\n');
      expect(String(await client.recv(100))).toMatch(`hello in ${pid}/`);
      // it may hear of the signal after the next request
      while ((await answer(server.serverAddress, 'hello\n')).includes(`in ${pid}/`));
      expect([...server.activeChildren]).not.toContain(pid);
    });
  });

  test('maxRequestsPerChild ends a process after so many', LONG, async () => {
    const said: string[] = [];
    await serving(new crews.ShortLived(anyPort, Obedient), async ({ serverAddress }) => {
      for (let i = 0; i < 5; i++) said.push(await answer(serverAddress, 'hello\n'));
    });
    expect(new Set(said).size).toBe(3);
  });

  test('locks and queues in fields of the server are the same in its processes', LONG, async () => {
    const said: string[] = [];
    await serving(new crews.Sharing(anyPort, crews.Putting), async (server) => {
      await Promise.all(['one', 'two', 'three'].map((word) => answer(server.serverAddress, word)));
      for (let i = 0; i < 3; i++) said.push(await server.queue.get());
      server.queue.close();
    });
    expect(said.toSorted()).toEqual(['one', 'three', 'two']);
  });
});
