/** Connecting by name and address list, in both forms. */
import { ExceptionGroup } from '@p8/errors';
import { describe, expect, test } from 'vitest';
import { freePort, portOf } from '../test/connected.ts';
import { checkLeftovers, pendingCalls } from '../test/leftovers.ts';
import { race, raceSync } from './connection-race.ts';
import type { Attempt } from './connection-race.ts';
import { interleaved } from './create-connection.ts';
import * as s from './index.ts';
import { createConnection, createConnectionSync, createServer, Socket } from './index.ts';

checkLeftovers();

const UNKNOWN = `${'x'.repeat(64)}.invalid`;

describe.each([
  ['createConnection', createConnection],
  ['createConnectionSync', async (...args: Parameters<typeof createConnectionSync>) => createConnectionSync(...args)],
])('%s', (_, connect) => {
  test.each([
    ['127.0.0.1', s.AF_INET],
    ['::1', s.AF_INET6],
    ['localhost', s.AF_INET],
  ])('connects to %s', async (host, family) => {
    using listener = createServer([host, 0], { family });
    using sock = await connect([host, portOf(listener)]);
    expect([sock.family, sock.type, sock.gettimeout()]).toEqual([family, s.SOCK_STREAM, null]);
    expect(sock.getpeername()).toEqual(listener.getsockname());
  });

  test('the socket has the timeout given, null too, else the default one', async () => {
    using listener = createServer(['127.0.0.1', 0]);
    const address = listener.getsockname() as s.InternetAddress;
    s.setdefaulttimeout(7);
    try {
      using first = await connect(address);
      using second = await connect(address, { timeout: null });
      using third = await connect(address, { timeout: 2.5, totalTimeout: 60 });
      expect([first, second, third].map((sock) => sock.gettimeout())).toEqual([7, null, 2.5]);
    } finally {
      s.setdefaulttimeout(null);
    }
  });

  test('connects from the source address', async () => {
    using listener = createServer(['127.0.0.1', 0]);
    const source = freePort();
    using sock = await connect(listener.getsockname(), { sourceAddress: ['127.0.0.1', source] });
    expect(sock.getsockname()).toEqual(['127.0.0.1', source]);
  });

  test('raises the last error, or all in a group', async () => {
    const port = freePort();
    await expect(connect(['127.0.0.1', port])).rejects.toMatchObject({
      name: 'ConnectionRefusedError',
      address: ['127.0.0.1', port],
    });
    const failure: unknown = await connect(['localhost', port], { allErrors: true }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ExceptionGroup);
    const answers = await s.getaddrinfo('localhost', port, 0, s.SOCK_STREAM);
    expect((failure as ExceptionGroup).exceptions.map(({ name }) => name)).toEqual(
      answers.map(() => 'ConnectionRefusedError'),
    );
  });

  test('errors of the arguments and of the machine', async () => {
    const port = freePort();
    await expect(connect([UNKNOWN, 80])).rejects.toMatchObject({ name: 'gaierror', code: 'EAI_NONAME' });
    await expect(connect(['127.0.0.1', port], { sourceAddress: ['203.0.113.9', 0] })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    });
    await expect(connect(['127.0.0.1', port], { timeout: 0 })).rejects.toMatchObject({ code: 'EINPROGRESS' });
    await expect(connect(['127.0.0.1', port], { timeout: -1 })).rejects.toThrow('timeout must not be negative');
    await expect(connect(['127.0.0.1', port], { totalTimeout: Number.NaN })).rejects.toThrow('totalTimeout must');
    await expect(connect(['127.0.0.1', 65_536])).rejects.toThrow('port must be 0-65535');
  });

  test.each([{ timeout: 0.02 }, { totalTimeout: 0.02 }])('a full queue ends with %o', async (options) => {
    using listener = createServer(['127.0.0.1', 0], { backlog: 0 });
    const address = listener.getsockname() as s.InternetAddress;
    using _queued = createConnectionSync(address);
    await expect(connect(address, options)).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

test('a signal calls it off, with its reason', async () => {
  using listener = createServer(['127.0.0.1', 0], { backlog: 0 });
  const address = listener.getsockname() as s.InternetAddress;
  using _queued = createConnectionSync(address);
  const reason = new Error('enough');
  const controller = new AbortController();
  const connecting = createConnection(address, { signal: controller.signal });
  const ended = expect(connecting).rejects.toBe(reason);
  // past the look-up, into the connection
  for (let i = 0; i < 10; i++) await new Promise(setImmediate);
  controller.abort(reason);
  await ended;
  await expect(createConnection(address, { signal: controller.signal })).rejects.toBe(reason);
});

test('the sockets are instances of Socket', () => {
  using listener = createServer(['127.0.0.1', 0]);
  using sock = createConnectionSync(listener.getsockname());
  expect(sock).toBeInstanceOf(Socket);
});

describe('the race', () => {
  /** A listener whose queue is full: a connection to it goes on for ever. */
  function unanswering(): [listener: Socket, filler: Socket[], address: s.Address] {
    const listener = createServer(['127.0.0.1', 0], { backlog: 0 });
    const filler = Array.from({ length: 3 }, () => {
      const sock = new Socket();
      sock.settimeout(0);
      sock.connectExSync(listener.getsockname());
      return sock;
    });
    return [listener, filler, listener.getsockname()];
  }

  function attemptsFor(addresses: readonly s.Address[], timeout: number | null = null): Attempt[] {
    return addresses.map((address) => ({
      address,
      open: () => {
        const sock = new Socket(String(address[0]).includes(':') ? s.AF_INET6 : s.AF_INET);
        sock.settimeout(timeout);
        return sock;
      },
    }));
  }

  describe.each([
    ['promise', race],
    ['blocking', async (...[attempts, delay]: Parameters<typeof race>) => raceSync(attempts, delay)],
  ] as const)('%s', (_, run) => {
    test('an address that does not answer is overtaken by the next', async () => {
      const [listener, filler, silent] = unanswering();
      using answering = createServer(['::1', 0], { family: s.AF_INET6 });
      const [winner, errors] = await run(attemptsFor([silent, answering.getsockname()]), 0.01);
      expect(winner?.getpeername()).toEqual(answering.getsockname());
      expect(errors.length).toBe(0);
      for (const sock of [winner, listener, ...filler]) sock?.close();
    });

    test('one that fails gives way at once, without the delay', async () => {
      using answering = createServer(['127.0.0.1', 0]);
      const refusing: s.Address = ['127.0.0.1', freePort()];
      const [winner, errors] = await run(attemptsFor([refusing, refusing, answering.getsockname()]), 1e6);
      expect(winner?.getpeername()).toEqual(answering.getsockname());
      expect(errors.map(({ name }) => name)).toEqual(['ConnectionRefusedError', 'ConnectionRefusedError']);
      winner?.close();
    });

    test('the errors stand in the order of the addresses, however late they come', async () => {
      const [listener, filler, silent] = unanswering();
      const refusing: s.Address = ['127.0.0.1', freePort()];
      const [winner, errors] = await run(attemptsFor([silent, refusing], 0.1), 0.001);
      expect(winner).toBeUndefined();
      expect(errors.map(({ name }) => name)).toEqual(['TimeoutError', 'ConnectionRefusedError']);
      for (const sock of [listener, ...filler]) sock.close();
    });

    test('what is no error of the system ends it', async () => {
      const wrong: Attempt = {
        address: ['127.0.0.1', 1],
        open: () => {
          throw new TypeError('wrong');
        },
      };
      await expect(run([wrong, wrong], 0.01)).rejects.toThrow('wrong');
      expect(await run([], null)).toEqual([undefined, []]);
    });
  });

  test('a signal ends all of it', async () => {
    const [listener, filler, silent] = unanswering();
    const controller = new AbortController();
    const running = race(attemptsFor([silent, silent]), 0.001, controller.signal);
    await expect.poll(pendingCalls).toBe(2);
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    await expect(race(attemptsFor([silent]), null, controller.signal)).rejects.toThrow('enough');
    for (const sock of [listener, ...filler]) sock.close();
  });

  test('the families take turns, from the first answer of the resolver on', () => {
    const of = (family: number, host: string): s.ResolvedAddress => [family, 1, 6, '', [host, 80]];
    const six = ['a', 'b', 'c'].map((host) => of(s.AF_INET6, host));
    const four = ['d', 'e'].map((host) => of(s.AF_INET, host));
    expect(interleaved([...six, ...four]).map(([, , , , [host]]) => host)).toEqual(['a', 'd', 'b', 'e', 'c']);
    expect(interleaved([])).toEqual([]);
  });

  test('the limit for all of it bounds addresses that do not answer', async () => {
    const [listener, filler, silent] = unanswering();
    const options = { totalTimeout: 0.05, timeout: null };
    await expect(createConnection(silent, options)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(() => createConnectionSync(silent, options)).toThrow('timed out');
    await expect(createConnection(silent, { happyEyeballsDelay: -1 })).rejects.toThrow('happyEyeballsDelay must not');
    for (const sock of [listener, ...filler]) sock.close();
  });
});
