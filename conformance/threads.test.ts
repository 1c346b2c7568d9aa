/**
 * What CPython does with threads and futures (golden/threading.json, T05, T06 and T08), done with @p8/threading. Every observation is either the
 * same or a difference that gives its reason; none is left out.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { TimeoutError } from '@p8/errors';
import * as threading from '@p8/threading';
import {
  CancelledError,
  currentThread,
  Event,
  Future,
  mainThread,
  setExcepthook,
  Thread,
  ThreadPoolExecutor,
} from '@p8/threading';
import * as tasks from './executor-tasks.ts';

interface Case {
  readonly id: string;
  readonly title: string;
  readonly observed: Readonly<Record<string, unknown>>;
}

const golden = JSON.parse(readFileSync(new URL('golden/threading.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};
const answers: Readonly<Record<string, () => Promise<unknown>>> = { T05, T06, T08 };

/** Observations that are others here, and why; docs/differences/threading.md. */
const differences: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  // options have names: there is no `group` to be None; a time limit below 0 is refused as everywhere
  T05: { group: undefined, 'negative join': 'ValueError' },
  // join reports how the thread failed
  T06: { 'join returns None': 'undefined, and the error if there was one' },
  T08: {
    // no class that is called Error between CancelledError and Exception
    'CancelledError mro': ['CancelledError', 'Exception', 'BaseException'],
    // sentences name the option as it is called here; types are JavaScript's
    'set twice': { class: 'InvalidStateError', message: 'FINISHED: <Future state=finished returned number>' },
    '0 workers': { class: 'ValueError', message: 'maxWorkers must be greater than 0, not 0' },
    exception: 'ValueError',
    'result raises': { class: 'ValueError', message: 'bad' },
  },
};

test.each(golden.cases.filter(({ id }) => id in answers))('$id: $title', async ({ id, observed }) => {
  const found = (await answers[id]!()) as Record<string, unknown>;
  expect(found).toEqual(withoutArgs({ ...observed, ...differences[id] }));
});

/** Exceptions have a message and named fields here, no `args`; only OSErrors have an errno. */
function withoutArgs(observed: Readonly<Record<string, unknown>>): unknown {
  return JSON.parse(JSON.stringify(observed), (key, value: unknown) =>
    key === 'args' || (key === 'errno' && value === null) ? undefined : value,
  );
}

async function exc(body: () => unknown): Promise<unknown> {
  try {
    await body();
  } catch (error) {
    return { class: (error as Error).name, message: (error as Error).message };
  }
  return null;
}

async function T05(): Promise<unknown> {
  const thread = new Thread({ target: tasks.nothing });
  const joinEarly = await exc(() => thread.join());
  thread.start();
  await thread.join();
  const startTwice = await exc(() => thread.start());
  const joinSelf = await exc(() => currentThread().join());
  const set = new Event();
  const daemon = new Thread({ target: tasks.waitFor, args: [set], daemon: true });
  daemon.start();
  const setDaemon = await exc(() => (daemon.daemon = false));
  const joinTimeout = (await daemon.join(0.01)) ?? null;
  const alive = daemon.isAlive();
  set.set();
  await daemon.join();
  return {
    'join before start': joinEarly,
    'start twice': startTwice,
    'join self': joinSelf,
    'set daemon': setDaemon,
    'join timeout': joinTimeout,
    alive,
    'default name': new Thread({ target: tasks.f }).name.split('-')[1]?.split(' ').slice(1),
    'main name': mainThread().name,
    'negative join': ((await exc(() => daemon.join(-1))) as { class: string }).class,
  };
}

async function T06(): Promise<unknown> {
  const program = fileURLToPath(new URL('uncaught.ts', import.meta.url));
  const { stderr } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
  const lines = stderr.trimEnd().split('\n');
  const heard: unknown[] = [];
  setExcepthook(({ excType, excValue, thread }) =>
    heard.push([excType?.name, (excValue as Error).message, thread.name]),
  );
  const thread = new Thread({ target: tasks.fail, args: ['in thread'], name: 'W2' });
  thread.start();
  const reported = (await exc(() => thread.join())) as { message: string };
  await vi.waitUntil(() => heard.length > 0, { timeout: 30_000 });
  setExcepthook(null);
  const exit = new Thread({ target: tasks.leaveSystem });
  exit.start();
  const returned = String(await exit.join());
  return {
    'first line': lines[0],
    'last line': lines.at(-1),
    'SystemExit printed nothing': stderr.match(/Exception in thread/g)?.length === 1,
    'join returns None': `${returned}, and ${reported.message === 'in thread' ? 'the error if there was one' : '?'}`,
    hook: heard,
  };
}

async function T08(): Promise<unknown> {
  const future = new Future<number>();
  const timedOut = await exc(() => future.result(0.01));
  const cancel = future.cancel();
  const cancelledResult = await exc(() => future.result());
  const done = new Future<number>();
  done.setResult(1);
  const executor = new ThreadPoolExecutor(1);
  const failing = executor.submit(tasks.fail, 'bad');
  const exception = (await failing.exception()) as Error;
  const raised = await exc(() => failing.result());
  await executor.shutdown();
  const late = await exc(() => executor.submit(tasks.nothing));
  const broken = new ThreadPoolExecutor({ maxWorkers: 1, initializer: tasks.fail, initargs: ['init'] });
  const initializer = await exc(() => broken.submit(tasks.nothing).result());
  const then = await exc(() => broken.submit(tasks.nothing));
  await broken.shutdown();
  const [started, go] = [new Event(), new Event()];
  const busy = new ThreadPoolExecutor(1);
  const first = busy.submit(tasks.startAndWait, started, go);
  const second = busy.submit(tasks.nothing);
  await started.wait();
  const [cancelRunning, cancelPending] = [first.cancel(), second.cancel()];
  go.set();
  await busy.shutdown();
  const ran: string[] = [];
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const called = new Future<number>();
  called.addDoneCallback(() => tasks.fail('x'));
  called.addDoneCallback(() => ran.push('second ran'));
  called.setResult(1);
  written.mockRestore();
  return {
    'TimeoutError is builtin': 'TimeoutError' in threading || new TimeoutError().name === 'TimeoutError',
    'result timeout': timedOut,
    cancel,
    'cancelled result': cancelledResult,
    'CancelledError mro': lineage(CancelledError),
    'set twice': await exc(() => done.setResult(2)),
    'cancel done': done.cancel(),
    'exception of ok': await done.exception(),
    '0 workers': await exc(() => new ThreadPoolExecutor(0)),
    exception: exception.name,
    'result raises': raised,
    'submit after shutdown': late,
    'initializer fails': initializer,
    'then submit': then,
    'cancel running': cancelRunning,
    'cancel pending': cancelPending,
    'callback raising': ran,
  };
}

/** The classes up to BaseException. */
function lineage(type: { readonly name: string }): string[] {
  return type.name === 'BaseException'
    ? [type.name]
    : [type.name, ...lineage(Object.getPrototypeOf(type) as { readonly name: string })];
}
