/** What servers with threads must do beside what all servers do; after CPython's Lib/test/test_socketserver.py, and beyond. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TimeoutError } from '@p8/errors';
import { createConnection } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { getIdent, WorkerLostError } from '@p8/threading';
import { StreamRequestHandler, ThreadingTCPServer } from './index.ts';
import { Homebody } from '../test/broken.ts';
import { UpperLines } from '../test/handlers.ts';
import { socketCount } from '../test/sockets.ts';
import {
  answer,
  anyPort,
  BadRequest,
  Blocking,
  Doubling,
  ImpatientServer,
  Listening,
  Lonely,
  Narrow,
  Obedient,
  OneEach,
  Patient,
  Saying,
  Telling,
  ThreadingNumbers,
  Unsendable,
} from '../test/threading.ts';

const LONG = { timeout: 20_000 };
let before = 0;
beforeEach(() => {
  before = socketCount();
});
// threads let go of what they had a moment after the last request
afterEach(() => vi.waitUntil(() => socketCount() === before, LONG));

/** Serves while `body` runs; then the server is closed. */
async function serving<Server extends ThreadingTCPServer>(
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
async function running(server: ThreadingTCPServer, count: number): Promise<void> {
  await vi.waitUntil(() => {
    const { queued, active } = server.statistics();
    return active === count && queued === 0;
  }, LONG);
}

async function connect(server: ThreadingTCPServer): Promise<Socket> {
  return await createConnection(server.serverAddress);
}

async function say(server: ThreadingTCPServer, text: string): Promise<Socket> {
  const client = await createConnection(server.serverAddress);
  await client.sendall(`${text}\n`);
  return client;
}

describe('ThreadingMixIn', () => {
  test('handlers run in other threads, and those that block hold up nobody', LONG, async () => {
    await serving(new Listening(anyPort, Blocking), async (server) => {
      const blocked = [await connect(server), await connect(server)];
      await running(server, 2);
      const said = await answer(server.serverAddress, 'hello\n');
      expect(said).toMatch(/^hello in \d+$/);
      expect(said).not.toBe(`hello in ${getIdent()}`);
      for (const client of blocked) {
        await client.sendall('x\n');
        expect(String(await client.recv(100))).toMatch(/^x in \d+$/);
        client.close();
      }
    });
  });

  test('handlers that await share a thread', LONG, async () => {
    await serving(new Lonely(anyPort, UpperLines), async (server) => {
      const clients = await Promise.all(Array.from({ length: 20 }, () => say(server, 'hello')));
      for (const client of clients) {
        expect(String(await client.recv(100))).toBe('HELLO\n');
        client.close();
      }
      expect(server.statistics().threads).toHaveLength(1);
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
    expect([...server.idents]).toEqual([getIdent()]);
    expect(server.statistics()).toMatchObject({ requests: 3, errors: 2, active: 0, queued: 0 });
  });

  test('a handler that exits its thread costs its own connection, and others are served', LONG, async () => {
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
    const server = await serving(new ImpatientServer(anyPort, Obedient), async (running) => {
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
    await serving(new ImpatientServer(anyPort, Obedient), async ({ serverAddress }) => {
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
      const server = new Listening(anyPort, Handler);
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

  test('each step can be overridden; those of the request run in its thread', LONG, async () => {
    const stepsFor = async (text: string): Promise<string[]> => {
      const { steps } = await serving(new Telling(anyPort, Saying), async ({ serverAddress }) => {
        await answer(serverAddress, text);
      });
      return Array.from({ length: steps.qsize() }, () => steps.getNowait());
    };
    const begin = [
      'verifyRequest at home',
      'processRequest at home',
      'processRequestThread in a thread',
      'finishRequest in a thread',
      'handle by Telling in a thread',
    ];
    expect(await stepsFor('')).toEqual([...begin, 'shutdownRequest in a thread', 'closeRequest in a thread']);
    const end = ['handleError at home', 'shutdownRequest at home', 'closeRequest at home'];
    expect(await stepsFor('raise')).toEqual([...begin, ...end]);
  });

  test('works on a server that has no sockets at all', LONG, async () => {
    const server = new ThreadingNumbers('', Doubling);
    await server.serveForever();
    await server.serverClose();
    const results = Array.from({ length: server.results.qsize() }, () => server.results.getNowait());
    expect(results).toEqual(expect.arrayContaining([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]));
  });

  test('what threads cannot import, or have, is told before the first request', LONG, async () => {
    class Hidden extends StreamRequestHandler {}
    for (const [server, says] of [
      [new ThreadingTCPServer(anyPort, Hidden), /Hidden.*not an exported/],
      [new Unsendable(anyPort, UpperLines), /log/],
      [new ThreadingTCPServer(anyPort, Homebody), /main thread only/],
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

  test('maxThreads and its like are checked', async () => {
    class Wrong extends ThreadingTCPServer {
      static override maxThreads = 0;
    }
    await using server = new Wrong(anyPort, UpperLines);
    await expect(server.serveForever()).rejects.toThrow(/maxThreads/);
  });
});
