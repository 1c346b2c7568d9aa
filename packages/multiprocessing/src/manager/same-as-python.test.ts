/** Random calls of a dict and a list: our server and CPython's give the same results and the same errors. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PyFrozenSet, PyTuple } from '@p8/pickle/cpython';
import { Python } from '../../test/python.ts';
import { SyncManager } from '../index.ts';
import type { BaseProxy, Server } from '../index.ts';
import { sliceOf } from './types/slice.ts';

const authkey = Buffer.from('secret');

let python: Python;
let server: Server;
let serving: Promise<void>;
let managers: readonly [ours: SyncManager, theirs: SyncManager];

beforeAll(async () => {
  python = new Python(`
from multiprocessing.managers import SyncManager
server = SyncManager(('127.0.0.1', 0), authkey=b'secret').get_server()
print(server.address[1], flush=True)
server.serve_forever()
`);
  const port = Number(await python.line());
  server = new SyncManager({ address: ['127.0.0.1', 0], authkey }).getServer();
  serving = server.serveForever();
  const ours = new SyncManager({ address: server.address, authkey });
  const theirs = new SyncManager({ address: ['127.0.0.1', port], authkey });
  await Promise.all([ours.connect(), theirs.connect()]);
  managers = [ours, theirs];
});

afterAll(async () => {
  server.shutdown();
  await serving;
  await python[Symbol.asyncDispose]();
});

/** A method by its name in Python, and its arguments. */
type Call = readonly [method: string, ...args: readonly unknown[]];

const small = fc.integer({ min: -6, max: 6 });
const atom = fc.oneof(
  small,
  fc.constantFrom<unknown>(null, true, false, 0.5, -1.25, 12n ** 20n, '', 'a', 'b', 'ä', '😀', '\uffff', '\0t'),
  fc.uint8Array({ maxLength: 2 }).map((bytes) => Buffer.from(bytes)),
);
const key = fc.oneof(
  { weight: 3, arbitrary: atom },
  fc.array(atom, { maxLength: 2 }).map((items) => PyTuple.from(items)),
  fc.array(small, { maxLength: 2 }).map((items) => new PyFrozenSet(items)),
);
const value = fc.oneof(
  { weight: 3, arbitrary: key },
  fc.array(atom, { maxLength: 2 }),
  fc.array(fc.tuple(fc.constantFrom('a', 'b'), small), { maxLength: 2 }).map((pairs) => new Map(pairs)),
);
const bound = fc.option(small);
const slice = fc.tuple(bound, bound, fc.option(fc.integer({ min: -3, max: 3 }))).map((parts) => sliceOf(...parts));
const values = fc.array(value, { maxLength: 4 });
const place = fc.oneof(small, slice);

function call(method: string, ...args: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<Call> {
  return fc.tuple(fc.constant(method), ...args) as fc.Arbitrary<Call>;
}

const listCall = fc.oneof(
  call('append', value),
  call('__getitem__', place),
  call('__setitem__', small, value),
  call('__setitem__', slice, values),
  call('__delitem__', place),
  call('__contains__', value),
  call('__len__'),
  call('__add__', values),
  call('__mul__', fc.integer({ min: -1, max: 2 })),
  call('count', value),
  call('extend', values),
  call('index', value),
  call('index', value, small),
  call('insert', small, value),
  call('pop'),
  call('pop', small),
  call('remove', value),
  call('reverse'),
);

const dictCall = fc.oneof(
  call('__setitem__', key, value),
  call('__getitem__', key),
  call('__delitem__', key),
  call('__contains__', key),
  call('__len__'),
  call('get', key),
  call('get', key, value),
  call('pop', key),
  call('pop', key, value),
  call('popitem'),
  call('setdefault', key, value),
  call(
    'update',
    fc.array(fc.tuple(key, value), { maxLength: 3 }).map((pairs) => new Map(pairs)),
  ),
  call('keys'),
  call('values'),
  call('items'),
  call('copy'),
  call('clear'),
);

async function outcomeOf(proxy: BaseProxy, [method, ...args]: Call): Promise<unknown> {
  try {
    return { result: (await proxy.callMethod(method, args)) ?? null };
  } catch (error) {
    return { error: (error as Error).constructor.name };
  }
}

async function compare(proxies: readonly BaseProxy[], calls: readonly Call[]): Promise<void> {
  for (const each of [...calls, ['#GETVALUE'] as Call]) {
    const [ours, theirs] = await Promise.all(proxies.map((proxy) => outcomeOf(proxy, each)));
    expect(ours).toEqual(theirs);
  }
  for (const proxy of proxies) proxy.dispose();
}

test('a list', async () => {
  await fc.assert(
    fc.asyncProperty(values, fc.array(listCall, { maxLength: 12 }), async (items, calls) => {
      await compare(await Promise.all(managers.map((manager) => manager.list(items))), calls);
    }),
    { numRuns: 150 },
  );
});

test('the order of what has one', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 3 });
  const tuple = fc.tuple(small, text).map((parts) => PyTuple.from<unknown>(parts));
  const sortable = fc.oneof(
    ...[fc.oneof(small, fc.constantFrom(true, 0.5, 12n ** 20n)), text, tuple].map((each) =>
      fc.array(each as fc.Arbitrary<unknown>, { maxLength: 8 }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(sortable, fc.boolean(), async (items, reverse) => {
      const proxies = await Promise.all(managers.map((manager) => manager.list(items)));
      for (const proxy of proxies) await proxy.sort({ reverse });
      await compare(proxies, []);
    }),
    { numRuns: 60 },
  );
  await compare(await Promise.all(managers.map((manager) => manager.list([1, 'a'] as unknown[]))), [['sort']]);
});

test('a dict', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(dictCall, { maxLength: 12 }), async (calls) => {
      await compare(await Promise.all(managers.map((manager) => manager.dict())), calls);
    }),
    { numRuns: 150 },
  );
});
