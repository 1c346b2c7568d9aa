/**
 * What CPython does with locks and queues (golden/threading.json, T01 to T04 and T07), done with @p8/threading. Every observation is either the
 * same or a difference that gives its reason; none is left out.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  Barrier,
  BoundedSemaphore,
  BrokenBarrierError,
  Condition,
  Lock,
  PriorityQueue,
  Queue,
  RLock,
  Semaphore,
  ShutDown,
  TIMEOUT_MAX,
} from '@p8/threading';
import { threadActors } from './locks/actor.ts';

type Observed = Readonly<Record<string, unknown>>;

interface Case {
  readonly id: string;
  readonly title: string;
  readonly observed: Observed;
  readonly differs?: Readonly<Record<string, Observed>>;
}

const golden = JSON.parse(readFileSync(new URL('golden/threading.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};
const answers: Readonly<Record<string, () => Promise<Observed>>> = { T01, T02, T03, T04, T07 };

/** Observations that are others here, and why; docs/differences/threading.md. */
const differences: Readonly<Record<string, Observed>> = {
  T01: {
    // the sentence names the argument and the value
    'timeout=-5': { class: 'ValueError', message: 'timeout must not be negative: -5; use null for no limit' },
    'timeout=1e100': { class: 'OverflowError', message: 'timeout is too long: 1e+100 s; use null for no limit' },
    // an object shows what node:util shows of it
    repr: undefined,
  },
  T03: {
    '-1': { class: 'ValueError', message: 'value must be a whole number from 0 to 2147483647, not -1' },
    'acquire(False,timeout)': {
      class: 'ValueError',
      // one sentence for all locks
      message: "timeout: can't specify a timeout for a non-blocking call",
    },
    'release(0)': { class: 'ValueError', message: 'n must be a whole number from 1 to 2147483647, not 0' },
    repr: undefined,
  },
  T04: {
    '0': { class: 'ValueError', message: 'parties must be a whole number from 1 to 65535, not 0' },
    // no `object` above all classes, but the language's Error
    mro: ['BrokenBarrierError', 'RuntimeError', 'Exception', 'BaseException', 'Error'],
    'action raises': ['BrokenBarrierError', 'RangeError'],
  },
  T07: {
    'put timeout -1': { class: 'ValueError', message: 'timeout must not be negative: -1; use null for no limit' },
    'get timeout -1': { class: 'ValueError', message: 'timeout must not be negative: -1; use null for no limit' },
    // the types are JavaScript's
    unorderable: {
      class: 'TypeError',
      message: "'<' not supported between instances of 'Object' and 'Object'",
    },
    // Python puts it in and then compares
    'qsize after failed put': 1,
  },
};

test.each(golden.cases.filter(({ id }) => id in answers))('$id: $title', async ({ id, observed, differs }) => {
  const newest = differs?.['3.13.0'] ?? {};
  const expected = Object.entries({ ...observed, ...newest, ...differences[id] }).filter(
    ([, value]) => value !== undefined,
  );
  expect(inJson(await answers[id]!())).toEqual(inJson(Object.fromEntries(expected)));
});

/** Exceptions have a message and named fields here, no `args`. */
function inJson(observed: Observed): unknown {
  return JSON.parse(JSON.stringify(observed), (key, value: unknown) => (key === 'args' ? undefined : value));
}

async function T01() {
  const [lock, rlock] = [new Lock(), new RLock()];
  await using other = await threadActors[2]!.start();
  const misuse = {
    'Lock.release': raisedBy(() => lock.release()),
    'RLock.release': raisedBy(() => rlock.release()),
    'acquire(False,1)': withoutName(raisedBy(() => lock.acquireSync({ blocking: false, timeout: 1 }))),
    'timeout=-5': raisedBy(() => lock.acquireSync({ timeout: -5 })),
    'timeout=1e100': raisedBy(() => lock.acquireSync({ timeout: 1e100 })),
    'timeout=-1 ok': lock.acquireSync({ timeout: -1 }),
    TIMEOUT_MAX,
  };
  await other.call(lock, 'release');
  rlock.acquireSync();
  const released = await other.call(rlock, 'release').catch((error: unknown) => seen(error));
  const taken = await other.call(rlock, 'acquireSync', { blocking: false });
  return {
    ...misuse,
    'Lock other thread': lock.locked() ? [] : ['released by other thread'],
    'RLock other thread': [released, taken],
  };
}

async function T02() {
  const condition = new Condition();
  const other = new Condition(new Lock());
  const misuse = {
    wait: raisedBy(() => condition.waitSync()),
    notify: raisedBy(() => condition.notify()),
    notify_all: raisedBy(() => condition.notifyAll()),
    release: raisedBy(() => condition.release()),
  };
  return condition.with(async () => ({
    ...misuse,
    'wait timeout': await condition.wait({ timeout: 0.01 }),
    'wait_for false': condition.waitForSync(() => 0, { timeout: 0.01 }),
    'wait_for returns value': await condition.waitFor(() => 'v'),
    // an empty array is true in JavaScript
    'wait_for falsy value': condition.waitForSync(() => '', { timeout: 0 }) === '' ? [] : 'another',
    'non-reentrant': other.withSync(() => other.acquireSync({ blocking: false })),
  }));
}

async function T03() {
  const bounded = new BoundedSemaphore(3);
  await bounded.acquire();
  return {
    '-1': raisedBy(() => new Semaphore(-1)),
    'acquire(False,timeout)': raisedBy(() => new Semaphore().acquireSync({ blocking: false, timeout: 1 })),
    'release(0)': raisedBy(() => new Semaphore().release(0)),
    bounded: raisedBy(() => new BoundedSemaphore(1).release()),
    'bounded release(2)': raisedBy(() => bounded.release(2)),
    'timeout false': new Semaphore(0).acquireSync({ timeout: 0.01 }),
    'value after failed release': bounded.value,
  };
}

async function T04() {
  const limited = new Barrier(2, { timeout: 0.05 });
  const broken = {
    '0': raisedBy(() => new Barrier(0)),
    timeout: raisedBy(() => limited.waitSync()),
    broken: limited.broken,
    'wait on broken': raisedBy(() => limited.waitSync()),
    n_waiting: limited.nWaiting,
    mro: mro(BrokenBarrierError),
  };
  limited.reset();
  const failing = new Barrier(2, {
    action: () => {
      throw new RangeError('action');
    },
  });
  const acted = await Promise.all([failing.wait(), failing.wait()].map(nameOfEnd));
  const barrier = new Barrier(2);
  const reset = nameOfEnd(barrier.wait());
  barrier.reset();
  const afterReset = [await reset];
  const drained = barrier.broken;
  const aborted = nameOfEnd(barrier.wait());
  barrier.abort();
  const three = new Barrier(3);
  return {
    ...broken,
    'after reset': [limited.broken, limited.parties, limited.nWaiting],
    'action raises': acted.map(String).toSorted(),
    'reset while waiting': afterReset,
    'broken after reset drained': drained,
    abort: [[await aborted], barrier.broken],
    indices: (await Promise.all([three.wait(), three.wait(), three.wait()])).toSorted((a, b) => a - b),
  };
}

async function T07() {
  const queue = new Queue<number>(1);
  queue.putNowait(1);
  const simple = {
    put_nowait: raisedBy(() => queue.putNowait(2)),
    'put timeout': raisedBy(() => queue.putSync(2, { timeout: 0.01 })),
    'put timeout -1': raisedBy(() => queue.putSync(2, { timeout: -1 })),
    get: queue.getSync(),
    get_nowait: raisedBy(() => queue.getNowait()),
    'get timeout -1': raisedBy(() => queue.getSync({ timeout: -1 })),
    'full after get': queue.full(),
  };
  queue.taskDone();
  const ties = new PriorityQueue<[number, string]>();
  ties.putNowait([1, 'b']);
  ties.putNowait([1, 'a']);
  const refusing = new PriorityQueue();
  refusing.putNowait([1, { a: 1 }]);
  return {
    ...simple,
    'task_done extra': raisedBy(() => queue.taskDone()),
    'maxsize<=0 unbounded': new Queue(-1).full(),
    'has ShutDown': true,
    'prio ties': ties.getNowait()[1],
    unorderable: raisedBy(() => refusing.putNowait([1, { b: 2 }])),
    'qsize after failed put': refusing.qsize(),
    sd: shutDown(),
    'sd immediate': await shutDownAtOnce(),
  };
}

function shutDown() {
  const queue = new Queue<string>();
  queue.putNowait('x');
  queue.shutdown();
  return {
    put: raisedBy(() => queue.putSync('1')),
    'get ok': queue.getSync(),
    get: raisedBy(() => queue.getSync()),
    get_nowait: raisedBy(() => queue.getNowait()),
    mro: ['ShutDown', 'Exception', 'BaseException', 'object'].filter(
      (name) => name === 'object' || mro(ShutDown).includes(name),
    ),
  };
}

async function shutDownAtOnce() {
  const queue = new Queue<string>();
  queue.putNowait('x');
  queue.shutdown(true);
  return {
    get: raisedBy(() => queue.getSync()),
    qsize: queue.qsize(),
    'join returns': (await queue.join()) ? null : 'a time limit',
    task_done: raisedBy(() => queue.taskDone()),
  };
}

function raisedBy(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return seen(error);
  }
  return undefined;
}

function seen(error: unknown) {
  const { name, message } = error as Error;
  return { class: name, message };
}

/** The sentence begins with the argument that is meant. */
function withoutName(found: unknown): unknown {
  const { message, ...rest } = found as { readonly message: string };
  return { ...rest, message: message.replace(/^timeout: /, '') };
}

async function nameOfEnd(ended: Promise<unknown>): Promise<unknown> {
  return ended.catch((error: unknown) => (error as Error).name);
}

function mro(type: Function): string[] {
  const parent: unknown = Object.getPrototypeOf(type);
  return typeof parent === 'function' && parent.name !== '' ? [type.name, ...mro(parent)] : [type.name];
}
