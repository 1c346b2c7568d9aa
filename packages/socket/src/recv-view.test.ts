/** Lent views: what is in them, how long, and that no use of one that is too old reaches another socket. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { streams } from '../test/connected.ts';
import { forms } from '../test/forms.ts';
import { checkLeftovers } from '../test/leftovers.ts';
import { AF_UNIX, MSG_PEEK, MSG_WAITALL, SHUT_WR, SOCK_DGRAM, Socket, socketpair } from './index.ts';

checkLeftovers();

const bytes = (length: number, first: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => first + i * 7));

describe.each(forms)('%s', (_, call) => {
  test.each(streams)('a view is what has come, at most so much, and empty at the end: %s', async (_, open) => {
    const [a, b] = open();
    b.sendallSync('0123456789');
    b.shutdown(SHUT_WR);
    expect(String(await call.recvView(a, 4))).toBe('0123');
    expect(String(await call.recvView(a))).toBe('456789');
    expect(await call.recvView(a)).toHaveLength(0);
    a.close();
    b.close();
  });

  test('the next recvView takes the memory back, however it ends; other receives and close do not', async () => {
    const [a, b] = socketpair();
    b.sendallSync('0123456789');
    const first = await call.recvView(a, 2);
    expect(String(await call.recv(a, 2))).toBe('23');
    expect(String(first)).toBe('01');
    const second = await call.recvView(a, 2);
    expect(first).toHaveLength(0);
    await expect(call.recvView(a, 0)).rejects.toThrow('bufsize');
    expect(String(second)).toBe('45');
    await call.recv(a, 4);
    a.settimeout(0);
    await expect(call.recvView(a)).rejects.toMatchObject({ name: 'BlockingIOError' });
    expect(second).toHaveLength(0);
    b.sendallSync('last');
    const last = await call.recvView(a);
    a.close();
    expect(String(last)).toBe('last');
    b.close();
  });

  test('memory is lent again and again, and to one socket at a time', async () => {
    const pairs = Array.from({ length: 20 }, () => socketpair());
    for (let round = 0; round < 5; round++) {
      const views: Buffer[] = [];
      for (const [i, [a, b]] of pairs.entries()) {
        b.sendallSync(`${round}:${i}`);
        views.push(await call.recvView(a));
      }
      expect(views.map(String)).toEqual(pairs.map((_, i) => `${round}:${i}`));
      expect(new Set(views.map((view) => view.buffer)).size).toBe(pairs.length);
    }
    for (const sock of pairs.flat()) sock.close();
  });

  test('a view that was kept too long neither reads nor writes what belongs to another socket', async () => {
    const [a, b] = socketpair();
    const [c, d] = socketpair();
    b.sendallSync('mine');
    const stale = await call.recvView(a);
    a.settimeout(0);
    await expect(call.recvView(a)).rejects.toThrow();
    d.sendallSync('others');
    const theirs = await call.recvView(c);
    stale.fill('x');
    expect(stale).toHaveLength(0);
    expect(String(theirs)).toBe('others');
    for (const sock of [a, b, c, d]) sock.close();
  });

  test('a view whose memory its user has transferred away is his', async () => {
    const [a, b] = socketpair();
    b.sendallSync('0123');
    const view = await call.recvView(a, 2);
    const taken = structuredClone(view.buffer as ArrayBuffer, { transfer: [view.buffer as ArrayBuffer] });
    expect(String(await call.recvView(a, 2))).toBe('23');
    expect(String(Buffer.from(taken, 0, 2))).toBe('01');
    a.close();
    b.close();
  });

  test('what an earlier call has left comes first', async () => {
    const [a, b] = socketpair();
    a.settimeout(0.01);
    b.sendallSync('0123');
    await expect(call.recvExactly(a, 10)).rejects.toThrow('timed out');
    b.sendallSync('45');
    expect(String(await call.recvView(a, 3, MSG_PEEK))).toBe('012');
    expect(String(await call.recvView(a, 3))).toBe('012');
    expect(String(await call.recvView(a))).toBe('3');
    expect(String(await call.recvView(a, 1, MSG_PEEK))).toBe('4');
    expect(String(await call.recvView(a))).toBe('45');
    a.close();
    b.close();
  });

  test('a datagram comes whole up to 65,536 bytes, and is cut at what was asked for', async () => {
    const [a, b] = socketpair(AF_UNIX, SOCK_DGRAM);
    const largest = bytes(65_536, 1);
    b.sendSync(largest);
    b.sendSync('long');
    b.sendSync('next');
    expect((await call.recvView(a)).equals(largest)).toBe(true);
    expect(String(await call.recvView(a, 2))).toBe('lo');
    expect(String(await call.recvView(a))).toBe('next');
    a.close();
    b.close();
  });

  test('misuse is refused with a sentence that names it, and costs no view', async () => {
    const [a, b] = socketpair();
    b.sendallSync('kept');
    const view = await call.recvView(a);
    for (const [args, sentence] of [
      [[0], 'recvView(): bufsize must be 1 to 65536, not 0'],
      [[65_537], 'recvView(): bufsize must be 1 to 65536, not 65537'],
      [[-1], 'recvView(): bufsize must not be negative: -1'],
      [[Number.NaN], 'recvView(): bufsize must be an integer, not NaN'],
      [[4, { signal: undefined }], 'flags must be an integer'],
      [[4, MSG_WAITALL], 'recvView() does not take MSG_WAITALL'],
    ] as [[number], string][]) {
      await expect(call.recvView(a, ...args)).rejects.toThrow(sentence);
    }
    expect(String(view)).toBe('kept');
    a.close();
    await expect(call.recvView(a)).rejects.toMatchObject({ code: 'EBADF', syscall: 'recvView' });
    b.close();
  });
});

test('many sockets that wait are served together, each with its own bytes', async () => {
  const pairs = Array.from({ length: 100 }, () => socketpair());
  for (let round = 0; round < 10; round++) {
    const waiting = pairs.map(async ([a]) => {
      const view = await a.recvView();
      // the others are served meanwhile
      await nextTurn();
      return Number(view);
    });
    pairs.forEach(([, b], i) => b.sendallSync(String(i * (round + 1))));
    expect(await Promise.all(waiting)).toEqual(pairs.map((_, i) => i * (round + 1)));
  }
  for (const sock of pairs.flat()) sock.close();
});

test('a second recvView while one waits is refused, and the first goes on', async () => {
  const [a, b] = socketpair();
  const waiting = a.recvView();
  await expect(a.recvView()).rejects.toThrow('a socket lends one view at a time');
  b.sendallSync('here');
  expect(String(await waiting)).toBe('here');
  a.close();
  b.close();
});

test('an aborted recvView loses nothing, and close ends one that waits', async () => {
  const [a, b] = socketpair();
  b.sendallSync('one');
  const view = await a.recvView();
  const controller = new AbortController();
  const waiting = a.recvView(10, 0, { signal: controller.signal });
  b.sendallSync('two');
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(view).toHaveLength(0);
  expect(String(await a.recvView())).toBe('two');
  const last = a.recvView();
  a.close();
  await expect(last).rejects.toMatchObject({ code: 'EBADF' });
  b.close();
});

test('sending a view that is taken back meanwhile is an error, not a short message', async () => {
  const [a, b] = socketpair();
  const [c, d] = socketpair();
  // fills the way of `c`, so that a further sendall waits
  c.settimeout(0.001);
  await expect(c.sendall(Buffer.alloc(8_000_000))).rejects.toThrow('timed out');
  c.settimeout(null);
  b.sendallSync('view');
  const sending = c.sendall(await a.recvView());
  const outcome = expect(sending).rejects.toMatchObject({ code: 'EFAULT', bytesSent: 0 });
  const waiting = a.recvView();
  d.settimeout(0);
  while ((await d.recv(1_000_000).catch(() => '')).length > 0);
  await outcome;
  a.close();
  await expect(waiting).rejects.toThrow();
  for (const sock of [b, c, d]) sock.close();
});

test('any split of any byte string arrives whole through views, at whatever size they are asked for', async () => {
  const parts = fc.array(
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 3000 }), fc.integer({ min: 1, max: 65_536 })),
    {
      minLength: 1,
      maxLength: 12,
    },
  );
  for (const [, open] of streams) {
    const [a, b] = open();
    await fc.assert(
      fc.asyncProperty(parts, async (split) => {
        const sent = Buffer.concat(split.map(([part]) => part));
        const sending = (async () => {
          for (const [part] of split) {
            await b.sendall(part);
            if (part.length % 2 === 0) await nextTurn();
          }
        })();
        const received: Buffer[] = [];
        let length = 0;
        for (let i = 0; length < sent.length; i++) {
          const view = await a.recvView(split[i % split.length]?.[1]);
          received.push(Buffer.from(view));
          length += view.length;
        }
        await sending;
        expect(Buffer.concat(received).equals(sent)).toBe(true);
      }),
      { numRuns: 50 },
    );
    a.close();
    b.close();
  }
});

test('in any order of sending, viewing, keeping and transferring, a view holds its bytes until the next one of its socket', async () => {
  const action = fc.tuple(fc.constantFrom('send', 'view', 'recv', 'transfer', 'reopen'), fc.nat(3), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const pairs = Array.from({ length: 4 }, () => socketpair());
      const unread = pairs.map(() => Buffer.alloc(0));
      const kept: ({ readonly view: Buffer; readonly copy: Buffer } | undefined)[] = pairs.map(() => undefined);
      for (const [what, i, seed] of actions) {
        const [a, b] = pairs[i] as [Socket, Socket];
        const pending = unread[i] as Buffer;
        if (what === 'send') {
          const message = bytes(1 + seed * 5, seed);
          await b.sendall(message);
          unread[i] = Buffer.concat([pending, message]);
        } else if (what === 'transfer') {
          const memory = kept[i]?.view.buffer as ArrayBuffer | undefined;
          if (memory !== undefined) structuredClone(memory, { transfer: [memory] });
          kept[i] = undefined;
        } else if (what === 'reopen') {
          a.close();
          b.close();
          pairs[i] = socketpair();
          unread[i] = Buffer.alloc(0);
        } else if (pending.length > 0) {
          const size = seed % 2 === 0 ? 65_536 : 1 + seed;
          const data = what === 'view' ? await a.recvView(size) : await a.recv(size);
          const expected = pending.subarray(0, size);
          expect(data.equals(expected)).toBe(true);
          unread[i] = Buffer.from(pending.subarray(data.length));
          if (what === 'view') kept[i] = { view: data, copy: Buffer.from(data) };
        }
        for (const one of kept) expect(one === undefined || one.view.equals(one.copy)).toBe(true);
      }
      for (const sock of pairs.flat()) sock.close();
    }),
    { numRuns: 100 },
  );
});
