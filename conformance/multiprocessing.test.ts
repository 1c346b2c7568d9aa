/**
 * What CPython does with connections and processes (golden/multiprocessing.json), done with @p8/multiprocessing in both forms. Every
 * observation is either the same or a difference that gives its reason; none is left out.
 */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as errors from '@p8/errors';
import { BaseException } from '@p8/errors';
import {
  AuthenticationError,
  BoundedSemaphore,
  BrokenProcessPool,
  BufferTooShort,
  Client,
  Condition,
  Connection,
  Event,
  JoinableQueue,
  Listener,
  Lock,
  Pipe,
  Pool,
  Process,
  ProcessPoolExecutor,
  Queue,
  RLock,
  Semaphore,
  ShareableList,
  SharedMemory,
  SimpleQueue,
  TimeoutError,
  wait,
} from '@p8/multiprocessing';
import { socketpair } from '@p8/socket';
import { M09 } from './manager-answers.ts';
import { call, exc } from './observing.ts';
import type { Form } from './observing.ts';
import { absolute, bad, boom, ch, d, die, ex, exs, hard, ok, slow, slp, unp } from './process-tasks.ts';

interface Case {
  readonly id: string;
  readonly title: string;
  readonly observed: Readonly<Record<string, unknown>>;
}

const golden = JSON.parse(readFileSync(new URL('golden/multiprocessing.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

const M08_DIFFERENCES = {
  // with the fix; a view is a property that raises once it is closed
  'buf after close': 'RuntimeError',
  access: expect.objectContaining({ class: 'RuntimeError' }),
  // views become empty: nothing can read what is no longer there
  'close with exported view': null,
  'buf after failed close': 'RuntimeError',
  // zeros at the end are kept; their number is in the format
  list: ['ab', '1', 'null', '2.5', 'true', 'x\0'],
  'trailing nul lost': false,
  format: '8sqxxxxxx?xdxxxxxxx?2s',
  retype: [99, 'qqxxxxxx?xdxxxxxxx?2s'],
  unsupported: expect.objectContaining({ class: 'TypeError' }),
};

/** Observations that are others here, and why; docs/differences/multiprocessing.md. */
const differences: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  M01: {
    // an error of ours names what is missing; the message itself is in a field
    'into short': { class: 'BufferTooShort', message: 'a message of 10 bytes does not fit into 4' },
    'BufferTooShort mro': ['BufferTooShort', 'ProcessError', 'Exception', 'BaseException'],
    // the number says which call failed
    'send after peer close': expect.objectContaining({ class: 'BrokenPipeError', errno: 32 }),
    // pickle's own words and class
    unpicklable: expect.objectContaining({ class: 'PicklingError' }),
  },
  M02: {
    // with the fix
    'authkey str': { class: 'TypeError', message: 'authkey should be a byte string: Buffer.from(text)' },
    mro: ['AuthenticationError', 'ProcessError', 'Exception', 'BaseException'],
  },
  M04: {
    // with the number that was given
    '0': { class: 'ValueError', message: 'Number of processes must be at least 1, not 0' },
    'mtpc 0': { class: 'ValueError', message: 'maxtasksperchild must be a positive int or null, not 0' },
    // errors have named fields, and their stack has both sides
    apply: { message: 'boom', 'remote stack': true },
    'get timeout': { class: 'TimeoutError', message: '' },
    // there is one
    'mp.TimeoutError is builtin': true,
    'mp.TimeoutError mro': ['TimeoutError', 'OSError', 'Exception', 'BaseException'],
    'successful early': { class: 'ValueError', message: 'the result is not ready: wait for it first' },
    unpicklable: { str_head: 'Error sending result:' },
    'join running': { class: 'ValueError', message: 'Pool is still running: call close() or terminate() first' },
    // `await using` ends a pool that is closed too
    'with closed': undefined,
    'chunksize 0 imap': { class: 'ValueError', message: 'chunksize must be a whole number from 1 up, not 0' },
  },
  M05: {
    // Python waits for ever
    'Pool.get(1)': expect.objectContaining({ class: 'WorkerLostError' }),
    // one error for pools and executors, which go on
    executor: expect.objectContaining({ class: 'WorkerLostError' }),
    'then submit': null,
    mro: ['BrokenProcessPool', 'BrokenExecutor', 'RuntimeError', 'Exception', 'BaseException'],
  },
  // one set of classes and sentences for the locks of threads and processes
  M06: {
    'Lock.release': { class: 'RuntimeError', message: 'release unlocked lock' },
    'RLock.release': { class: 'RuntimeError', message: 'cannot release un-acquired lock' },
    Bounded: { class: 'ValueError', message: 'Semaphore released too many times' },
    'Condition.wait': { class: 'RuntimeError', message: 'cannot wait on un-acquired lock' },
    'Condition.notify': { class: 'RuntimeError', message: 'cannot notify on un-acquired lock' },
    'RLock other process': [false, { class: 'RuntimeError', message: 'cannot release un-acquired lock' }],
    // a time limit below 0 is refused as everywhere
    'acquire neg timeout': { class: 'ValueError', message: 'timeout must not be negative: -5; use null for no limit' },
    'acquire again neg timeout': {
      class: 'ValueError',
      message: 'timeout must not be negative: -5; use null for no limit',
    },
    // an object shows what node:util shows of it
    'Event repr': 'Event',
  },
  M07: {
    // by the call itself, with the place in the item
    'unpicklable put raises?': expect.objectContaining({ class: 'PicklingError' }),
    // without the address of the object
    'put closed': { class: 'ValueError', message: 'Queue is closed' },
  },
  M08: M08_DIFFERENCES,
  M09: {
    // the language's own
    'no method': 'TypeError',
    // of pickle, with the place in the object
    unpicklable: 'PicklingError',
  },
};

const answers: Readonly<Record<string, (form: Form) => Promise<Record<string, unknown>>>> = {
  M01,
  M02,
  M03,
  M04,
  M05,
  M06,
  M07,
  M08,
  M09,
};

for (const form of ['', 'Sync'] as const) {
  test.each(golden.cases)(`$id ${form || 'promise'}: $title`, async ({ id, observed }) => {
    expect(await answers[id]?.(form)).toEqual({ ...withoutArgs(observed), ...differences[id] });
  });
}

/** An error here has no `args`: its fields have names. */
function withoutArgs(value: unknown): Record<string, unknown> {
  const text = JSON.stringify(value, (key, item: unknown) => (key === 'args' ? undefined : item));
  return JSON.parse(text) as Record<string, unknown>;
}

function mro(type: Function): string[] {
  const names: string[] = [];
  for (let at: unknown = type; at !== BaseException && typeof at === 'function'; at = Object.getPrototypeOf(at))
    names.push(at.name);
  return [...names, BaseException.name];
}

async function M01(form: Form): Promise<Record<string, unknown>> {
  const on = <T>(target: object, method: string, ...args: readonly unknown[]): Promise<T> =>
    call(form, target, method, ...args);
  const [r, w] = Pipe(false);
  const seen: Record<string, unknown> = {
    'send on read-only': await exc(() => on(r, 'send', 1)),
    'recv on write-only': await exc(() => on(w, 'recv')),
  };
  w.close();
  seen['recv after peer close'] = await exc(() => on(r, 'recv'));
  seen['poll after peer close'] = await on(r, 'poll');
  r.close();
  seen['recv closed'] = await exc(() => on(r, 'recv'));
  seen['fileno closed'] = await exc(() => r.fileno());
  {
    const [a, b] = Pipe();
    b.close();
    seen['send after peer close'] = await exc(() => on(a, 'send', 1));
    a.close();
  }
  {
    const [a, b] = Pipe();
    await on(b, 'sendBytes', '0123456789');
    seen['maxlength'] = await exc(() => on(a, 'recvBytes', 5));
    seen['after bad length'] = await exc(() => on(a, 'recvBytes'));
    seen['still writable'] = (await exc(() => on(a, 'sendBytes', 'x'))) ?? 'ok';
    a.close();
    b.close();
  }
  {
    const [a, b] = Pipe();
    await on(b, 'sendBytes', '0123456789');
    seen['into short'] = await exc(() => on(a, 'recvBytesInto', new Uint8Array(4)));
    seen['BufferTooShort mro'] = mro(BufferTooShort);
    a.close();
    b.close();
  }
  {
    const [left, right] = socketpair();
    using connection = new Connection(right);
    left.sendallSync(Buffer.from('0000000a616263', 'hex'));
    left.close();
    seen['truncated'] = await exc(() => on(connection, 'recvBytes'));
  }
  const [a, b] = Pipe();
  using _a = a;
  using _b = b;
  seen['send_bytes offset'] = await exc(() => on(a, 'sendBytes', 'abc', 4));
  seen['send_bytes size'] = await exc(() => on(a, 'sendBytes', 'abc', 1, 3));
  seen['empty msg poll'] = [
    (await on<undefined>(a, 'sendBytes', '')) ?? null,
    await on(b, 'poll'),
    String(await on<Buffer>(b, 'recvBytes')),
  ];
  seen['unpicklable'] = await exc(() => on(a, 'send', () => 1));
  seen['wait negative timeout'] = await wait([b], -1);
  return seen;
}

async function M02(form: Form): Promise<Record<string, unknown>> {
  const failures: unknown[] = [];
  const right = Buffer.from('a');
  using listener = new Listener({
    address: ['127.0.0.1', 0],
    authkey: right,
    onFailure: (error) => failures.push(error),
  });
  const address = listener.address;
  const accepting = listener.accept();
  const client = await exc(() => Client(address, { authkey: Buffer.from('b') }));
  // what `accept` raises in Python is told, and the next peer is waited for
  using usable = await Client(address, { authkey: right });
  using accepted = await accepting;
  const seen = {
    client,
    server: await exc(() => Promise.reject(failures[0])),
    mro: mro(AuthenticationError),
    'authkey str': await exc(() => new Listener({ authkey: 'str' as never })),
    'listener usable after failure': !usable.closed && !accepted.closed,
  };
  listener.close();
  return { ...seen, 'accept closed': await exc(() => call(form, listener, 'accept')) };
}

async function M03(form: Form): Promise<Record<string, unknown>> {
  const join = (p: Process): Promise<void> => call(form, p, 'join');
  const seen: Record<string, unknown> = { before: new Process({ target: ok }).exitcode };
  for (const [name, target] of Object.entries({ ok, ex, exs, bad, hard })) {
    const p = new Process({ target });
    p.start();
    await join(p);
    seen[name] = p.exitcode;
    p.close();
  }
  const p = new Process({ target: slp });
  p.start();
  seen['running'] = p.exitcode;
  seen['close running'] = await exc(() => p.close());
  seen['start twice'] = await exc(() => p.start());
  p.terminate();
  await join(p);
  seen['terminate'] = p.exitcode;
  p.close();
  seen['after close'] = await exc(() => p.isAlive());
  using killed = new Process({ target: slp });
  killed.start();
  killed.kill();
  await join(killed);
  seen['kill'] = killed.exitcode;
  seen['join unstarted'] = await exc(() => join(new Process({ target: ok })));
  using listener = new Listener();
  using daemon = new Process({ target: d, args: [listener.address], daemon: true });
  daemon.start();
  using r = await listener.accept();
  seen['daemon child of daemon'] = await r.recv();
  await join(daemon);
  return seen;
}

async function M04(form: Form): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {
    '0': await exc(() => new Pool(0)),
    'mtpc 0': await exc(() => new Pool(1, { maxtasksperchild: 0 })),
    init: await exc(() => new Pool(1, { initializer: 5 as never })),
  };
  const p = new Pool(2);
  const error = await call(form, p, 'apply', boom, [1]).catch((reason: unknown) => reason as Error);
  const { message, stack } = error as Error;
  seen['apply'] = { message, 'remote stack': /process-tasks.*--- raised in process "PoolWorker/s.test(stack!) };
  const r = p.applyAsync(slow, [1]);
  seen['get timeout'] = await exc(() => call(form, r, 'get', 0.05));
  seen['mp.TimeoutError is builtin'] = TimeoutError === errors.TimeoutError;
  seen['mp.TimeoutError mro'] = mro(TimeoutError);
  seen['successful early'] = await exc(() => r.successful());
  seen['ready'] = r.ready();
  await call(form, r, 'wait');
  const unsent = (await exc(() => call(form, p, 'apply', unp))) as { class: string; message: string };
  expect(unsent.class).toBe('MaybeEncodingError');
  seen['unpicklable'] = { str_head: unsent.message.slice(0, 21) };
  seen['map order'] = await call(form, p, 'map', slow, [0.05, 0, 0.02]);
  seen['map error class (which item wins is a race)'] = nameOf(await exc(() => call(form, p, 'map', boom, [1, 2])));
  const it = p.imap(slow, [0.3]);
  seen['imap next timeout'] = await exc(() => call(form, it, 'next', 0.01));
  seen['join running'] = await exc(() => call(form, p, 'join'));
  p.close();
  seen['apply closed'] = await exc(() => call(form, p, 'apply', slow, [0]));
  await call(form, p, 'join');
  const q = new Pool(1);
  seen['chunksize 0 imap'] = await exc(() => q.imap(slow, [1], { chunksize: 0 }));
  seen['map empty'] = await call(form, q, 'map', slow, []);
  q.terminate();
  await call(form, q, 'join');
  return seen;
}

async function M05(form: Form): Promise<Record<string, unknown>> {
  const p = new Pool(1);
  const r = p.applyAsync(die);
  const seen: Record<string, unknown> = {
    'Pool.get(1)': await exc(() => call(form, r, 'get', 30)),
    'pool respawned and usable': await call(form, p, 'apply', absolute, [-3]),
  };
  p.terminate();
  await call(form, p, 'join');
  const e = new ProcessPoolExecutor(1);
  seen['executor'] = await exc(() => call(form, e.submit(die), 'result'));
  seen['then submit'] = await exc(() => call(form, e.submit(absolute, 1), 'result'));
  seen['mro'] = mro(BrokenProcessPool);
  await e.shutdown();
  return seen;
}

async function M06(form: Form): Promise<Record<string, unknown>> {
  const [L, K] = [new Lock(), new RLock()];
  const waiting = new Condition();
  const seen = {
    'Lock.release': await exc(() => L.release()),
    'RLock.release': await exc(() => K.release()),
    Bounded: await exc(() => new BoundedSemaphore(1).release()),
    'Condition.wait': await exc(() => call(form, waiting, 'wait', { timeout: 0 })),
    'Condition.notify': await exc(() => waiting.notify()),
    'acquire neg timeout': await exc(() => call(form, L, 'acquire', { timeout: -5 })),
    'acquire again neg timeout': await exc(() => call(form, L, 'acquire', { timeout: -5 })),
    'sem value': new Semaphore(2).getValue(),
    'Event.wait': await call(form, new Event(), 'wait', { timeout: 0.01 }),
    'Event repr': new Event().constructor.name,
  };
  await call(form, K, 'acquire');
  const out = new SimpleQueue();
  using p = new Process({ target: ch, args: [K, out] });
  p.start();
  const other = await out.get();
  await p.join();
  return { ...seen, 'RLock other process': other };
}

async function M07(form: Form): Promise<Record<string, unknown>> {
  const q = new Queue(1);
  await call(form, q, 'put', 1);
  const seen: Record<string, unknown> = {
    full: await exc(() => call(form, q, 'put', 2, { block: false })),
    get: await call(form, q, 'get', { timeout: 2 }),
    empty: await exc(() => call(form, q, 'get', { timeout: 0.01 })),
    'unpicklable put raises?': await exc(() => call(form, q, 'put', () => 1)),
  };
  q.close();
  seen['put closed'] = await exc(() => call(form, q, 'put', 1));
  seen['get closed'] = nameOf(await exc(() => call(form, q, 'get')));
  seen['empty() closed'] = await exc(() => q.empty());
  q.joinThread();
  using j = new JoinableQueue();
  seen['task_done'] = await exc(() => j.taskDone());
  const s = new SimpleQueue();
  s.close();
  seen['simple empty closed'] = await exc(() => s.empty());
  return seen;
}

/** Never waits, so it has one form. */
async function M08(): Promise<Record<string, unknown>> {
  const name = 'p8gold';
  const a = new SharedMemory({ name, create: true, size: 10 });
  const seen: Record<string, unknown> = {
    exists: await exc(() => new SharedMemory({ name, create: true, size: 10 })),
    missing: await exc(() => new SharedMemory({ name: 'p8-nosuch' })),
    'size 0': await exc(() => new SharedMemory({ create: true, size: 0 })),
    'size -1': await exc(() => new SharedMemory({ create: true, size: -1 })),
    size: a.size,
    neither: await exc(() => new SharedMemory()),
    'posix name': existsSync(`/dev/shm/${name}`),
  };
  const b = new SharedMemory({ name });
  b.buf[0] = 7;
  seen['seen'] = a.buf[0];
  b.close();
  seen['buf after close'] = nameOf(await exc(() => b.buf));
  seen['access'] = await exc(() => b.buf[0]);
  a.unlink();
  seen['unlink twice'] = await exc(() => a.unlink());
  seen['still mapped after unlink'] = a.buf[0];
  const view = a.buf.subarray(0, 2);
  seen['close with exported view'] = await exc(() => a.close());
  expect(view.length).toBe(0);
  seen['buf after failed close'] = nameOf(await exc(() => a.buf));
  a.close();
  using list = new ShareableList(['ab', 1, null, 2.5, true, Buffer.from('x\0')]);
  seen['list'] = Array.from(list, String);
  seen['trailing nul lost'] = String(list.get(5)) === 'x';
  seen['too long'] = await exc(() => list.set(0, 'x'.repeat(9)));
  seen['index'] = await exc(() => list.get(9));
  seen['unsupported'] = await exc(() => new ShareableList([[1]] as never));
  seen['format'] = list.format;
  list.set(0, 99);
  seen['retype'] = [list.get(0), list.format];
  list.shm.unlink();
  return seen;
}

function nameOf(outcome: unknown): string {
  return (outcome as { class: string }).class;
}
