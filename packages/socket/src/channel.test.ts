/** Waiting: who is served first, and what ends a wait: data, an abort, a limit, a close. */
import fc from 'fast-check';
import { OSError } from '@p8/errors';
import { describe, expect, test } from 'vitest';
import { checkLeftovers, descriptors, pendingCalls } from '../test/leftovers.ts';
import { streams, tcpPair } from '../test/connected.ts';
import { createServer, MSG_DONTWAIT, MSG_WAITALL, Socket, socketpair } from './index.ts';
import * as s from './index.ts';

checkLeftovers();

const turn = (): Promise<void> => new Promise(setImmediate);
const closedDuring = (call: string) => ({
  code: 'EBADF',
  syscall: call,
  message: `[Errno 9] Bad file descriptor: the socket was closed during ${call}()`,
});

/** Sends until the kernel takes no more. */
function fillOnce(sock: Socket, flags: number): number {
  let sent = 0;
  for (;;) {
    try {
      sent += sock.sendSync(Buffer.alloc(65_536), flags);
    } catch (error) {
      expect(error).toBeInstanceOf(OSError);
      return sent;
    }
  }
}

/** Fills what the kernel buffers, so that the next send has to wait. */
function fill(sock: Socket): number {
  const { timeout } = sock;
  sock.settimeout(0.1);
  // what TCP has under way makes room a little later, and less of it than a blocked send waits for
  const sent = fillOnce(sock, 0) + fillOnce(sock, MSG_DONTWAIT);
  sock.settimeout(timeout);
  return sent;
}

describe.each(streams)('%s', (_, open) => {
  test('receives end in the order they began, each with the next bytes', async () => {
    const [a, b] = open();
    const order: number[] = [];
    const target = Buffer.alloc(3);
    const all = [a.recv(2), a.recvInto(target), a.recv(100_000), a.recvfrom(1)].map((waiting, index) =>
      waiting.finally(() => order.push(index)),
    );
    b.sendallSync('ab');
    expect(String(await all[0])).toBe('ab');
    b.sendallSync('cde');
    expect(await all[1]).toBe(3);
    expect(String(target)).toBe('cde');
    b.sendallSync('fgh');
    expect(String(await all[2])).toBe('fgh');
    b.sendallSync('ij');
    expect(String(((await all[3]) as [Buffer, unknown])[0])).toBe('i');
    expect(String(await a.recv(9))).toBe('j');
    expect(order).toEqual([0, 1, 2, 3]);
    a.close();
    b.close();
  });

  test('one packet serves all who wait', async () => {
    const [a, b] = open();
    const all = Array.from({ length: 10 }, () => a.recv(1));
    b.sendallSync('0123456789');
    expect(String(Buffer.concat(await Promise.all(all)))).toBe('0123456789');
    a.close();
    b.close();
  });

  test('the end serves all who wait', async () => {
    const [a, b] = open();
    const all = Array.from({ length: 5 }, () => a.recv(10));
    b.sendallSync('last');
    b.close();
    expect((await Promise.all(all)).map(String)).toEqual(['last', '', '', '', '']);
    a.close();
  });

  test('several sendalls under way never interleave', async () => {
    const [a, b] = open();
    const messages = ['x', 'y', 'z'].map((letter) => Buffer.alloc(3_000_000, letter));
    const sends = messages.map((message) => a.sendall(message));
    const received = await b.recv(9_000_000, MSG_WAITALL);
    await Promise.all(sends);
    expect(received.equals(Buffer.concat(messages))).toBe(true);
    a.close();
    b.close();
  });

  test('a send queues behind a sendall that waits', async () => {
    const [a, b] = open();
    const large = Buffer.alloc(10_000_000, 'x');
    const sends = [a.sendall(large), a.send('y'), a.sendall('z')];
    const received = await b.recv(large.length + 2, MSG_WAITALL);
    expect(await Promise.all(sends)).toEqual([undefined, 1, undefined]);
    expect(String(received.subarray(large.length))).toBe('yz');
    a.close();
    b.close();
  });

  test('a wait with MSG_WAITALL ends when all has come', async () => {
    const [a, b] = open();
    const waiting = a.recv(6, MSG_WAITALL);
    for (const part of ['ab', 'cd', 'ef']) {
      b.sendallSync(part);
      await turn();
    }
    expect(String(await waiting)).toBe('abcdef');
    a.close();
    b.close();
  });

  test('close ends every wait at once, in both directions', async () => {
    const [a, b] = open();
    fill(a);
    const waiting = [
      a.recv(1),
      a.recvInto(Buffer.alloc(1)),
      a.recvfrom(1),
      a.recvfromInto(Buffer.alloc(1)),
      a.recv(10, MSG_WAITALL),
      a.send('x'),
      a.sendall('x'),
    ];
    const calls = ['recv', 'recv_into', 'recvfrom', 'recvfrom_into', 'recv', 'send', 'sendall'];
    const settled = Promise.allSettled(waiting);
    await turn();
    expect(pendingCalls()).toBe(7);
    a.close();
    expect(pendingCalls()).toBe(0);
    const outcomes = await settled;
    for (const [index, call] of calls.entries())
      expect(outcomes[index], call).toMatchObject({ status: 'rejected', reason: closedDuring(call) });
    b.close();
  });

  test('hundreds of waits end with their socket', async () => {
    const [a, b] = open();
    const waiting = Array.from({ length: 300 }, () => a.recv(1));
    const settled = Promise.allSettled(waiting);
    a.close();
    expect(new Set((await settled).map(({ status }) => status))).toEqual(new Set(['rejected']));
    b.close();
  });

  test('a continuation may close the socket that others wait on', async () => {
    const [a, b] = open();
    const first = a.recv(1).then(() => a.close());
    const second = a.recv(1);
    b.sendallSync('x');
    await expect(second).rejects.toMatchObject(closedDuring('recv'));
    await first;
    b.close();
  });

  test('a signal that is aborted already lets nothing begin', async () => {
    const [a, b] = open();
    const reason = new Error('no more');
    const signal = AbortSignal.abort(reason);
    b.sendallSync('data');
    await expect(a.sendall('x', 0, { signal })).rejects.toBe(reason);
    await expect(a.recv(4, 0, { signal })).rejects.toBe(reason);
    await expect(a.recvInto(Buffer.alloc(4), 0, 0, { signal })).rejects.toBe(reason);
    await expect(a.recvfrom(4, 0, { signal })).rejects.toBe(reason);
    await expect(a.send('x', 0, { signal })).rejects.toBe(reason);
    expect(String(await a.recv(10))).toBe('data');
    await expect(b.recv(1, MSG_DONTWAIT)).rejects.toMatchObject({ code: 'EAGAIN' });
    a.close();
    b.close();
  });

  test.each([0, 1, 2])('an abort takes one of the queue (%i) and leaves the others', async (index) => {
    const [a, b] = open();
    const controllers = [0, 1, 2].map(() => new AbortController());
    const waiting = controllers.map(({ signal }) => a.recv(1, 0, { signal }));
    const reason = new Error('enough');
    controllers[index]?.abort(reason);
    await expect(waiting[index]).rejects.toBe(reason);
    b.sendallSync('xy');
    const others = await Promise.all(waiting.filter((_, i) => i !== index));
    expect(others.map(String)).toEqual(['x', 'y']);
    a.close();
    b.close();
  });

  test.each([0, 1])('an abort of a send (%i) leaves the one behind it whole', async (index) => {
    const [a, b] = open();
    const filled = fill(a);
    const controllers = [new AbortController(), new AbortController()];
    const sends = controllers.map(({ signal }, i) => a.sendall(`<${i}>`, 0, { signal }));
    const reason = new Error('enough');
    controllers[index]?.abort(reason);
    await expect(sends[index]).rejects.toBe(reason);
    const received = await b.recv(filled + 3, MSG_WAITALL);
    expect(String(received.subarray(filled))).toBe(`<${1 - index}>`);
    await sends[1 - index];
    a.close();
    b.close();
  });

  test('an abort in the turn in which the data comes gives either, and loses nothing', async () => {
    const [a, b] = open();
    for (let i = 0; i < 20; i++) {
      const controller = new AbortController();
      const waiting = a.recv(10, 0, { signal: controller.signal });
      b.sendallSync('x');
      if (i % 3 === 0) await turn();
      else if (i % 3 === 1) queueMicrotask(() => controller.abort());
      controller.abort();
      const outcome = await waiting.catch(() => a.recv(10));
      expect(String(outcome)).toBe('x');
    }
    a.close();
    b.close();
  });

  test('an abort after the end changes nothing, and keeps no listener', async () => {
    const [a, b] = open();
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    Object.assign(signal, {
      addEventListener: (...args: Parameters<typeof add>) => (listeners++, add(...args)),
      removeEventListener: (...args: Parameters<typeof remove>) => (listeners--, remove(...args)),
    });
    const waiting = a.recv(1, 0, { signal });
    expect(listeners).toBe(1);
    b.sendallSync('x');
    expect(String(await waiting)).toBe('x');
    expect(listeners).toBe(0);
    controller.abort();
    a.close();
    b.close();
  });

  test('an abort that closes the socket is fine', async () => {
    const [a, b] = open();
    const controller = new AbortController();
    controller.signal.addEventListener('abort', () => a.close());
    const waiting = a.recv(1, 0, { signal: controller.signal });
    const other = a.recv(1);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'EBADF' });
    await expect(other).rejects.toMatchObject({ code: 'EBADF' });
    b.close();
  });

  test('limits end the first of a queue, the middle and the last, and leave the others', async () => {
    const [a, b] = open();
    const waiting = [0.03, 0.01, null, 0.02].map((timeout) => {
      a.settimeout(timeout);
      return a.recv(1);
    });
    const limited = waiting.filter((_, index) => index !== 2);
    for (const outcome of await Promise.allSettled(limited))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'TimeoutError' } });
    expect(pendingCalls()).toBe(1);
    b.sendallSync('x');
    expect(String(await waiting[2])).toBe('x');
    a.close();
    b.close();
  });

  test('the limit of sendall is for all of it, however steadily the peer reads', async () => {
    const [a, b] = open();
    const data = Buffer.alloc(64_000_000);
    a.settimeout(0.05);
    const over = new AbortController();
    const failed = a.sendall(data).catch((error: unknown) => error);
    void failed.then(() => over.abort());
    while (!over.signal.aborted) {
      await b.recv(512);
      await turn();
    }
    const error = (await failed) as s.SendallError;
    expect(error).toMatchObject({ name: 'TimeoutError', syscall: 'sendall' });
    expect(error.bytesSent).toBeGreaterThan(0);
    expect(error.bytesSent).toBeLessThan(data.length);
    a.close();
    b.close();
  });

  test('a change of the limit does not reach calls that wait already', async () => {
    const [a, b] = open();
    const waiting = a.recv(1);
    a.settimeout(0.001);
    await expect(a.recv(1)).rejects.toMatchObject({ name: 'TimeoutError' });
    b.sendallSync('x');
    expect(String(await waiting)).toBe('x');
    a.close();
    b.close();
  });

  test('a call that may not wait sees data that came a moment ago', async () => {
    const [a, b] = open();
    const first = a.recv(10);
    b.sendallSync('one');
    expect(String(await first)).toBe('one');
    for (const receive of [() => a.recv(10), () => a.recv(10, MSG_DONTWAIT), async () => a.recvSync(10)]) {
      a.settimeout(0);
      await expect(receive()).rejects.toMatchObject({ code: 'EAGAIN' });
      b.sendallSync('two');
      expect(String(await receive())).toBe('two');
    }
    a.close();
    b.close();
  });

  test('a blocking call does not overtake promise calls that wait', async () => {
    const [a, b] = open();
    const receiving = a.recv(1);
    expect(() => a.recvSync(1)).toThrow(expect.objectContaining({ name: 'RuntimeError' }));
    expect(() => a.recvSync(1)).toThrow('recvSync() would overtake a promise call that waits to receive');
    expect(() => a.recvIntoSync(Buffer.alloc(1))).toThrow('would overtake');
    a.sendallSync('the other direction is free');
    b.sendallSync('x');
    expect(String(await receiving)).toBe('x');
    fill(a);
    const sending = a.sendall('y');
    expect(() => a.sendallSync('z')).toThrow('sendallSync() would overtake a promise call that waits to send');
    expect(() => a.sendSync('z')).toThrow('would overtake');
    const ended = expect(sending).rejects.toMatchObject({ code: 'EBADF' });
    a.close();
    await ended;
    b.close();
  });

  test('blocking and promise calls take turns on one socket', async () => {
    const [a, b] = open();
    for (let i = 0; i < 50; i++) {
      b.sendallSync('ab');
      expect(String(i % 2 === 0 ? await a.recv(1) : a.recvSync(1))).toBe('a');
      expect(String(i % 3 === 0 ? await a.recv(1) : a.recvSync(1))).toBe('b');
      const waiting = a.recv(10);
      b.sendallSync('later');
      expect(String(await waiting)).toBe('later');
    }
    b.close();
    expect(String(a.recvSync(1))).toBe('');
    expect(String(await a.recv(1))).toBe('');
    a.close();
  });

  test('data and the end that come together are both seen', async () => {
    for (let i = 0; i < 20; i++) {
      const [a, b] = open();
      const waiting = a.recv(100);
      b.sendallSync('data');
      b.close();
      expect(String(await waiting)).toBe('data');
      expect(String(await a.recv(100))).toBe('');
      a.close();
    }
  });

  test('results stay what they were when more is received', async () => {
    const [a, b] = open();
    const kept: Buffer[] = [];
    for (let i = 0; i < 200; i++) {
      const waiting = a.recv(4096);
      b.sendallSync(Buffer.alloc(4096, i));
      kept.push(await waiting);
    }
    for (const [i, data] of kept.entries()) expect(data.equals(Buffer.alloc(data.length, i))).toBe(true);
    expect(kept.every((data) => data.length === 4096)).toBe(true);
    a.close();
    b.close();
  });

  test('memory that was transferred away while a receive waited is not written to', async () => {
    const [a, b] = open();
    const target = new Uint8Array(8);
    const waiting = a.recvInto(target);
    const moved = new Uint8Array(target.buffer.transfer());
    b.sendallSync('x');
    expect(await waiting).toBe(0);
    expect(moved).toEqual(new Uint8Array(8));
    a.close();
    b.close();
  });
});

test('close ends what waits for a connection', async () => {
  const listener = createServer(['127.0.0.1', 0]);
  const waiting = [listener.accept(), listener.accept()];
  const settled = Promise.allSettled(waiting);
  await turn();
  listener.close();
  for (const outcome of await settled)
    expect(outcome).toMatchObject({ status: 'rejected', reason: closedDuring('accept') });
});

test('a number that is used again is not touched by calls of the socket before', async () => {
  const [a, b] = socketpair();
  const waiting = a.recv(1);
  const number = a.fileno();
  a.close();
  const [c, d] = socketpair();
  expect([c.fileno(), d.fileno()]).toContain(number);
  await expect(waiting).rejects.toMatchObject({ code: 'EBADF' });
  await expect(a.recv(1)).rejects.toMatchObject({ code: 'EBADF' });
  const next = c.recv(1);
  d.sendallSync('x');
  expect(String(await next)).toBe('x');
  for (const sock of [b, c, d]) sock.close();
});

test('a reset wakes what waits to receive and to send', async () => {
  const [a, b] = tcpPair();
  fill(a);
  const settled = Promise.allSettled([a.recv(1), a.sendall('x')]);
  await turn();
  b.setsockopt(s.SOL_SOCKET, s.SO_LINGER, Int32Array.of(1, 0));
  b.close();
  const codes = (await settled).map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'fulfilled'));
  // the kernel tells the reset once, whoever asks first
  expect(codes).toContain('ECONNRESET');
  a.close();
});

test('hundreds of sockets are served in one turn', async () => {
  const pairs = Array.from({ length: 600 }, () => socketpair());
  const waiting = pairs.map(([a]) => a.recv(100));
  for (const [i, [, b]] of pairs.entries()) b.sendallSync(`number ${i}`);
  expect((await Promise.all(waiting)).map(String)).toEqual(pairs.map((_, i) => `number ${i}`));
  for (const pair of pairs) for (const sock of pair) sock.close();
});

describe('whatever happens in whatever order', () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('recv' as const), size: fc.integer({ min: 1, max: 70_000 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('recvInto' as const), size: fc.integer({ min: 1, max: 99 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('limit' as const), size: fc.constantFrom(null, 0, 0.001) }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('data' as const), size: fc.integer({ min: 0, max: 90_000 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('sendall' as const), size: fc.integer({ max: 900_000, min: 0 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('drain' as const), size: fc.integer({ min: 1, max: 90_000 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('abort' as const), size: fc.nat({ max: 20 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('turn' as const), size: fc.constant(0) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('close' as const, 'closePeer' as const), size: fc.constant(0) }),
    },
  );

  test.each(streams)('%s: no call waits for ever, nothing is lost or left', async (_, open) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const before = descriptors();
        const [a, b] = open();
        const controllers: AbortController[] = [];
        const calls: Promise<unknown>[] = [];
        const received: Buffer[] = [];
        let sent = 0;
        const next = (size: number): Buffer => Buffer.from(Array.from({ length: size }, (_, i) => (sent + i) % 251));
        const track = (call: Promise<unknown>): void => {
          // its failure is looked at in the end
          calls.push(call.catch((error: unknown) => error));
        };
        const keep = (call: Promise<Buffer>): void => {
          const index = calls.length;
          track(call.then((data) => (received[index] = data)));
        };
        const signal = (): AbortSignal => {
          const controller = new AbortController();
          controllers.push(controller);
          return controller.signal;
        };
        for (const { kind, size } of steps) {
          if (kind === 'recv') keep(a.recv(size, 0, { signal: signal() }));
          else if (kind === 'recvInto') {
            const target = Buffer.alloc(size);
            keep(a.recvInto(target, 0, 0, { signal: signal() }).then((count) => target.subarray(0, count)));
          } else if (kind === 'limit' && !a.closed) a.settimeout(size);
          else if (kind === 'data') {
            try {
              sent += b.sendSync(next(size), MSG_DONTWAIT);
            } catch (error) {
              expect(error).toMatchObject({ code: expect.stringMatching(/EAGAIN|EBADF|EPIPE|ECONNRESET/) });
            }
          } else if (kind === 'sendall') track(a.sendall(Buffer.alloc(size ?? 0), 0, { signal: signal() }));
          else if (kind === 'drain') {
            track(b.recv(size ?? 1, MSG_DONTWAIT));
          } else if (kind === 'abort') controllers[size ?? 0]?.abort();
          else if (kind === 'close') a.close();
          else if (kind === 'closePeer') b.close();
          else await turn();
        }
        a.close();
        b.close();
        expect(pendingCalls()).toBe(0);
        await Promise.all(calls);
        const data = Buffer.concat(received.filter((part) => part !== undefined));
        for (let i = 0; i < data.length; i++) if (data[i] !== i % 251) throw new Error(`byte ${i} is ${data[i]}`);
        expect(data.length).toBeLessThanOrEqual(sent);
        expect(descriptors()).toBe(before);
      }),
      { numRuns: 60 },
    );
  });

  test.each(streams)('%s: any split of any bytes arrives whole', async (_, open) => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 20 });
    const sizes = fc.array(fc.integer({ min: 1, max: 80_000 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(pieces, sizes, async (parts, wanted) => {
        const [a, b] = open();
        const sending = (async () => {
          for (const part of parts) await a.sendall(part);
          a.close();
        })();
        const received: Buffer[] = [];
        for (let i = 0; ; i++) {
          const data = await b.recv(wanted[i % wanted.length] ?? 1);
          if (data.length === 0) break;
          received.push(data);
        }
        await sending;
        b.close();
        expect(Buffer.concat(received).equals(Buffer.concat(parts))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
