/** Looking names up, in both forms. */
import { OSError } from '@p8/errors';
import { describe, expect, test } from 'vitest';
import { checkLeftovers, pendingCalls } from '../test/leftovers.ts';
import * as s from './index.ts';
import { gaierror, getaddrinfo, getaddrinfoSync } from './index.ts';

checkLeftovers();

const UNKNOWN = `${'x'.repeat(64)}.invalid`;

describe.each([
  ['getaddrinfo', getaddrinfo],
  ['getaddrinfoSync', async (...args: Parameters<typeof getaddrinfoSync>) => getaddrinfoSync(...args)],
])('%s', (_, lookUp) => {
  test('gives the arguments for a socket, and its address', async () => {
    expect(await lookUp('127.0.0.1', 80, 0, s.SOCK_STREAM)).toEqual([
      [s.AF_INET, s.SOCK_STREAM, s.IPPROTO_TCP, '', ['127.0.0.1', 80]],
    ]);
    expect(await lookUp('::1', '53', 0, s.SOCK_DGRAM)).toEqual([
      [s.AF_INET6, s.SOCK_DGRAM, s.IPPROTO_UDP, '', ['::1', 53, 0, 0]],
    ]);
  });

  test('gives an answer for each type unless one is asked for', async () => {
    const types = (await lookUp('127.0.0.1', 80)).map(([, type]) => type);
    expect(types).toEqual([s.SOCK_STREAM, s.SOCK_DGRAM, s.SOCK_RAW]);
  });

  test('looks services up by name, by type', async () => {
    expect((await lookUp('127.0.0.1', 'ftp', 0, s.SOCK_STREAM))[0]?.[4]).toEqual(['127.0.0.1', 21]);
    await expect(lookUp('127.0.0.1', 'no-such-service')).rejects.toMatchObject({ code: 'EAI_SERVICE' });
  });

  test('no host is this machine, or every interface for a server', async () => {
    expect((await lookUp(null, 80, s.AF_INET, s.SOCK_STREAM))[0]?.[4]).toEqual(['127.0.0.1', 80]);
    expect((await lookUp(null, 80, s.AF_INET, s.SOCK_STREAM, 0, s.AI_PASSIVE))[0]?.[4]).toEqual(['0.0.0.0', 80]);
    expect((await lookUp('localhost', null, s.AF_INET, s.SOCK_STREAM))[0]?.[4]).toEqual(['127.0.0.1', 0]);
  });

  test('tells the canonical name when asked', async () => {
    const [answer] = await lookUp('127.0.0.1', 0, 0, s.SOCK_STREAM, 0, s.AI_CANONNAME);
    expect(answer?.[3]).toBe('127.0.0.1');
  });

  test('an interface in an address is its scope', async () => {
    expect((await lookUp('fe80::1%lo', 1, 0, s.SOCK_DGRAM))[0]?.[4]).toEqual(['fe80::1', 1, 0, 1]);
  });

  test.each([
    ['an unknown host', [UNKNOWN, 80], 'EAI_NONAME'],
    ['a name with AI_NUMERICHOST', ['localhost', 80, 0, 0, 0, s.AI_NUMERICHOST], 'EAI_NONAME'],
    ['neither host nor service', [null, null], 'EAI_NONAME'],
    ['an address of another family', ['127.0.0.1', 80, s.AF_INET6], 'EAI_ADDRFAMILY'],
    ['a family that there is not', ['127.0.0.1', 80, 9999], 'EAI_FAMILY'],
    ['a name with a zero byte', ['a\0b', 80], 'EAI_NONAME'],
    ['a name that is too long', ['x.'.repeat(1000), 80], 'EAI_NONAME'],
  ])('%s is a gaierror', async (_name, args, code) => {
    const failure: unknown = await lookUp(...(args as [string, number])).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(gaierror);
    expect(failure).toBeInstanceOf(OSError);
    expect(failure).toMatchObject({
      name: 'gaierror',
      code,
      errno: (s as unknown as Record<string, number>)[code],
      syscall: 'getaddrinfo',
    });
    if (typeof args[0] === 'string') expect((failure as gaierror).message).toContain(JSON.stringify(args[0]));
  });

  test('bad arguments are named', async () => {
    await expect(lookUp(5 as unknown as string, 80)).rejects.toThrow('host must be a string or null, not 5');
    await expect(lookUp('::1', 1.5)).rejects.toThrow('port must be an integer, a service name or null, not 1.5');
    await expect(lookUp('::1', 65_536)).rejects.toThrow('port must be 0-65535, not 65536');
    await expect(lookUp('::1', 1, 0, 0, 0, 0, { timeout: -1 })).rejects.toThrow('timeout must not be negative');
  });

  test('a limit that is over ends it', async () => {
    // the answer may be there before anybody looks: either is right, and nothing is left
    const outcome: unknown = await lookUp('localhost', 80, 0, 0, 0, 0, { timeout: 0 }).catch((error: unknown) => error);
    if (!Array.isArray(outcome)) expect(outcome).toMatchObject({ name: 'TimeoutError', syscall: 'getaddrinfo' });
  });
});

test('many look-ups at once are all answered', async () => {
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, i) => getaddrinfo(i % 2 === 0 ? 'localhost' : '127.0.0.1', i, s.AF_INET, 1)),
  );
  expect(answers.map(([answer]) => answer?.[4])).toEqual(answers.map((_, i) => ['127.0.0.1', i]));
});

test('a signal ends a look-up at once, before and after it began', async () => {
  const reason = new Error('enough');
  await expect(getaddrinfo('localhost', 80, 0, 0, 0, 0, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const controller = new AbortController();
  const lookUps = Array.from({ length: 50 }, () =>
    getaddrinfo('localhost', 80, 0, 0, 0, 0, { signal: controller.signal }),
  );
  const settled = Promise.allSettled(lookUps);
  expect(pendingCalls()).toBe(50);
  controller.abort(reason);
  expect(pendingCalls()).toBe(0);
  for (const outcome of await settled) expect(outcome).toEqual({ status: 'rejected', reason });
});
