/** What is dumped and loaded is the value again: its parts, what they share, and their classes. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graph, isSame } from '../test/graphs.ts';
import { construct, identity, Point, Traveller, work } from '../test/targets.ts';
import { Thread } from '../test/thread.ts';
import { dump, load, loadSync, reduce, UnpicklingError } from './index.ts';

describe.each(['load', 'loadSync'] as const)('there and back, with %s', (how) => {
  let thread: Thread;
  beforeAll(async () => {
    thread = await Thread.start(how);
  });
  afterAll(() => thread.end());

  test('graphs of all kinds of values', async () => {
    await fc.assert(
      fc.asyncProperty(graph, async (value) => isSame(value, await thread.call(identity, value))),
      { numRuns: 300 },
    );
  });

  test('a value that holds itself, next to what must be made', async () => {
    const value: Record<string, unknown> = {
      work,
      map: new Map(),
      point: new Point(1, 2),
      gaps: Object.assign([], { 0: 0, 2: 2 }),
    };
    value['self'] = value;
    value['again'] = [value['point'], value['map']];
    (value['map'] as Map<unknown, unknown>).set(value, value['map']).set(value['point'], new Set([value]));
    const back = await thread.call(identity, value);
    expect(isSame(value, back)).toBe(true);
    expect(1 in (back['gaps'] as [])).toBe(false);
    expect(back['point']).toBeInstanceOf(Point);
  });

  test('a key named __proto__ is a key', async () => {
    const value = JSON.parse('{"__proto__": 1, "work": null}') as Record<string, unknown>;
    value['work'] = work;
    const back = await thread.call(identity, value);
    expect(Object.keys(back)).toEqual(['__proto__', 'work']);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
  });

  test('large data', async () => {
    const value = { rows: Array.from({ length: 10_000 }, (_, id) => ({ id, name: String(id) })), work };
    expect(await thread.call(identity, value)).toEqual(value);
  });

  test('classes are called with new, functions without', async () => {
    expect(await thread.call(construct, Map)).toEqual(new Map());
  });
});

describe('plain data', () => {
  test('needs nothing, and is sent as it is', () => {
    for (const value of [5, 'text', undefined, null, 3n, { a: [1, { b: new Map([[1, new Date(0)]]) }] }])
      expect(dump(value).data).toBe(value);
    const array = [1, [2]];
    expect(dump(array).data).toEqual([array]);
    expect((dump(array).data as unknown[])[0]).toBe(array);
  });

  test('is sent as it is also next to what needs help, or when there is much of it', async () => {
    const rows = Array.from({ length: 1000 }, (_, i) => [i]);
    expect((dump(rows).data as unknown[])[0]).toBe(rows);
    const [root] = dump({ rows, work }).data as [[{ rows: unknown }]];
    expect(root[0].rows).toBe(rows);
    expect(await load(dump({ rows }).data)).toEqual({ rows });
  });

  test('a proxy of it is copied', () => {
    const proxy = new Proxy({ a: [1] }, {});
    expect(loadSync(structuredClone(dump([proxy, new Proxy([2], {})]).data))).toEqual([{ a: [1] }, [2]]);
  });
});

describe('objects with reduce', () => {
  test('are told in their order that they were sent, once', () => {
    const log: string[] = [];
    const parcel = dump([new Traveller('a', log), { b: new Traveller('b', log) }]);
    expect(log).toEqual([]);
    parcel.sent();
    parcel.sent();
    parcel.failed();
    expect(log).toEqual(['b sent', 'a sent']);
  });

  test('are told in reverse that they stay', () => {
    const log: string[] = [];
    const parcel = dump([new Traveller('a', log), new Traveller('b', log)]);
    parcel.failed();
    parcel.failed();
    expect(log).toEqual(['b failed', 'a failed']);
    log.length = 0;
    expect(() => dump([new Traveller('a', log), new Traveller('b', log), () => {}])).toThrow(
      'value[2]: The function at',
    );
    expect(log).toEqual(['b failed', 'a failed']);
  });

  test('one that raises stops the rest, and its own error is raised', () => {
    const log: string[] = [];
    const raising = {
      [reduce]() {
        throw new RangeError('I stay');
      },
    };
    expect(() => dump([new Traveller('a', log), raising, new Traveller('b', log)])).toThrow(new RangeError('I stay'));
    expect(log).toEqual(['a failed']);
  });

  test('is one object however often it is met', () => {
    const log: string[] = [];
    const traveller = new Traveller('a', log);
    const parcel = dump([traveller, { again: traveller }]);
    parcel.sent();
    expect(log).toEqual(['a sent']);
    const [one, other] = loadSync(structuredClone(parcel.data)) as [Traveller, { again: Traveller }];
    expect(one).toBeInstanceOf(Traveller);
    expect(other.again).toBe(one);
  });

  test('gives away what it transfers', () => {
    const buffer = new ArrayBuffer(4);
    expect(dump(new Traveller('a', [], [buffer])).transfer).toEqual([buffer]);
  });

  test('may not hold itself in its arguments', () => {
    const circular = { [reduce]: () => [Point, [[circular]]] };
    expect(() => dump({ circular }, 'args')).toThrow(
      'args.circular[0][0]: the Object gives itself among the arguments of its `[reduce]`: leave it out there',
    );
  });
});

describe('refuses', () => {
  class Account {
    readonly #balance = 1;
    get balance(): number {
      return this.#balance;
    }
  }

  test.each([
    [
      new Account(),
      'args[0]: the object of class Account cannot be sent: give Account a method `[reduce]`, or send its fields as a plain object',
    ],
    [{ 'a key': new WeakMap() }, 'args[0]["a key"]: the WeakMap cannot be sent: send what it holds as plain data'],
    [{ list: [Promise.resolve()] }, 'args[0].list[0]: a promise cannot be sent: await it, and send its value'],
    [
      AbortSignal.abort(),
      'args[0]: an AbortSignal cannot be sent: give it away with `transfer(transferableAbortSignal(signal))` (node:util)',
    ],
    [Symbol('mine'), 'args[0]: the symbol Symbol(mine) cannot be sent: send its text'],
    [
      new Map([[new Set([Symbol.iterator]), 1]]),
      'args[0][0][0]: the symbol Symbol(Symbol.iterator) cannot be sent: send its text',
    ],
    [new (class Bytes extends Uint8Array {})(1), 'args[0]: the Bytes cannot be sent: send a Uint8Array of its bytes'],
  ])('%o', (value, message) => {
    expect(() => dump([value], 'args')).toThrow(expect.objectContaining({ name: 'PicklingError', message }));
  });

  test('and names the place without a name of the whole', () => {
    expect(() => dump({ args: [Symbol('s')] }, '')).toThrow('args[0]: the symbol');
    expect(() => dump(Symbol('s'))).toThrow(/^the symbol/);
  });

  test('what no dump gave', () => {
    expect(() => loadSync([[1], ['nonsense'], []])).toThrow(UnpicklingError);
  });
});
