/** With CPython's test_threading, re-expressed: its names stand in comments. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { OverflowError, RuntimeError, ValueError } from '@p8/errors';
import {
  activeCount,
  currentThread,
  enumerateThreads,
  Event,
  getIdent,
  getNativeId,
  Lock,
  mainThread,
  MaybeEncodingError,
  setExcepthook,
  stackSize,
  Thread,
  WorkerLostError,
} from './index.ts';
import type { ExceptHookArgs } from './index.ts';
import * as targets from '../test/targets.ts';
import { BadPort, Greeter } from '../test/targets.ts';

const shared = (length = 1): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));
const raised = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was raised');
};

async function run(thread: Thread): Promise<void> {
  thread.start();
  await thread.join();
}

/** What a thread finds about itself. */
async function identityOf(thread: (channel: string) => Thread): Promise<{ thread: Thread; found: targets.Identity }> {
  const channel = crypto.randomUUID();
  const receiver = new BroadcastChannel(channel);
  const heard = new Promise<targets.Identity>((resolve) => {
    receiver.addEventListener('message', (event) =>
      resolve((event as unknown as { readonly data: targets.Identity }).data),
    );
  });
  const started = thread(channel);
  started.start();
  const found = await heard;
  receiver.close();
  await started.join();
  return { thread: started, found };
}

afterEach(() => {
  setExcepthook(null);
  expect(activeCount()).toBe(1);
});

describe('Thread', () => {
  // test_various_ops, test_join_nondaemon_on_shutdown
  test('runs its target in another thread, which shares what it is given', async () => {
    const counter = shared();
    const lock = new Lock();
    const threads = Array.from(
      { length: 4 },
      () => new Thread({ target: targets.increment, args: [counter, lock, 1000] }),
    );
    for (const thread of threads) thread.start();
    for (const thread of threads) await thread.join();
    expect(counter[0]).toBe(4000);
  });

  test('an async target ends with its promise', async () => {
    await run(new Thread({ target: targets.later, args: [1] }));
  });

  test('a subclass overrides run; its fields travel, its constructor does not run again', async () => {
    const counter = shared();
    await run(new Greeter(counter, 7));
    expect(counter[0]).toBe(7);
  });

  test('a thread without target or run ends at once', async () => {
    await run(new Thread());
  });

  // test_main_thread, test_enumerate_after_join, test_active_count
  test('knows itself, and all threads know each other', async () => {
    const { thread, found } = await identityOf(
      (channel) => new Thread({ target: targets.tell, args: [channel, 'identity'], name: 'the one who knows' }),
    );
    expect(found).toEqual({
      name: 'the one who knows',
      label: 'the one who kno',
      ident: thread.ident,
      nativeId: expect.any(Number),
      daemon: false,
      main: 'MainThread',
      count: 2,
      names: ['MainThread', 'the one who knows'],
    });
    expect(found.nativeId).not.toBe(process.pid);
    expect(enumerateThreads()).toEqual([mainThread()]);
  });

  test('currentThread is the main thread here, and always the same object', () => {
    expect(currentThread()).toBe(mainThread());
    expect(mainThread()).toBe(enumerateThreads()[0]);
    expect([getIdent(), getNativeId()]).toEqual([mainThread().ident, mainThread().nativeId]);
    expect(String(mainThread())).toBe('<Thread(MainThread, started 1)>');
  });

  // test_name
  test('is called by a number and its target, unless it is given a name', () => {
    expect(new Thread({ target: targets.nothing }).name).toMatch(/^Thread-\d+ \(nothing\)$/);
    expect(new Thread().name).toMatch(/^Thread-\d+$/);
    expect(new Thread({ name: 'mine' }).name).toBe('mine');
  });

  test('can be renamed while it runs, and is found by its new name', async () => {
    const event = new Event();
    const thread = new Thread({ target: targets.waitFor, args: [event], name: 'old' });
    thread.start();
    thread.name = 'new';
    expect(enumerateThreads().at(-1)).toBe(thread);
    expect(String(thread)).toBe(`<Thread(new, started ${thread.ident})>`);
    const label = (): string => readFileSync(`/proc/self/task/${thread.nativeId}/comm`, 'utf8').trimEnd();
    await vi.waitUntil(() => label() === 'new', { timeout: 30_000 });
    thread.name = 'newer';
    expect(label()).toBe('newer');
    thread.name = 'new';
    event.set();
    await thread.join();
    expect(String(thread)).toBe(`<Thread(new, stopped ${thread.ident})>`);
  });

  // test_ident_of_no_threading_threads, test_native_id_after_fork
  test('has no idents before it starts', async () => {
    const thread = new Thread({ target: targets.nothing });
    expect([thread.ident, thread.nativeId, thread.isAlive()]).toEqual([null, null, false]);
    thread.start();
    expect([thread.ident, thread.nativeId]).toEqual([expect.any(Number), expect.any(Number)]);
    await thread.join();
  });

  test('idents are never given out twice', async () => {
    const idents = new Set<number | null>();
    for (let i = 0; i < 5; i++) {
      const thread = new Thread({ target: targets.nothing });
      await run(thread);
      idents.add(thread.ident);
    }
    expect(idents.size).toBe(5);
  });

  // test_is_alive_after_fork, test_various_ops
  test('is alive from start to its end', async () => {
    const event = new Event();
    const thread = new Thread({ target: targets.waitFor, args: [event] });
    expect(thread.isAlive()).toBe(false);
    thread.start();
    expect(thread.isAlive()).toBe(true);
    expect(activeCount()).toBe(2);
    event.set();
    await thread.join();
    expect(thread.isAlive()).toBe(false);
  });

  // test_start_thread_again
  test('starts once only', async () => {
    const thread = new Thread({ target: targets.nothing });
    await run(thread);
    expect(() => thread.start()).toThrow(new RuntimeError('threads can only be started once'));
  });

  // test_daemonize_active_thread
  test('is a daemon if it says so or its maker is one, and that is fixed by start', async () => {
    expect(new Thread().daemon).toBe(false);
    const event = new Event();
    const thread = new Thread({ target: targets.waitFor, args: [event], daemon: true });
    thread.daemon = false;
    thread.daemon = true;
    thread.start();
    expect(() => (thread.daemon = false)).toThrow(new RuntimeError('cannot set daemon status of active thread'));
    event.set();
    await thread.join();
  });

  test.each([
    ['a target that is no function', { target: 5 }, /target must be an exported function/],
    ['args that are no array', { target: targets.nothing, args: 'ab' }, /args must be an array/],
  ])('refuses %s', (_, options, message) => {
    expect(() => new Thread(options as never)).toThrow(message);
  });

  test.each([
    ['target', { target: () => 1 }, /^target: target at .* is not an exported function at the top level/],
    ['args[0].deep', { target: targets.echo, args: [{ deep: () => 1 }] }, /^args\[0\].deep: .* is not an exported/],
    [
      'args[0], a symbol',
      { target: targets.echo, args: [Symbol('s')] },
      /^args\[0\]: the symbol Symbol\(s\) cannot be sent/,
    ],
    ['args[0]', { target: targets.echo, args: [new WeakMap()] }, /^args\[0\]: the WeakMap cannot be sent/],
  ])('start refuses what cannot be sent, by its name: %s', (_, options, message) => {
    const thread = new Thread(options as { target: (x?: unknown) => unknown });
    expect(() => thread.start()).toThrow(message);
    expect(thread.isAlive()).toBe(false);
  });

  test('a subclass that is not exported is refused when it starts', () => {
    class Local extends Thread {}
    expect(() => new Local().start()).toThrow(/^type: Local at .* is not an exported function/);
  });

  test('its resources can be limited', async () => {
    const thread = new Thread({ target: targets.nothing, resourceLimits: { maxOldGenerationSizeMb: 50 } });
    await run(thread);
  });
});

describe('join', () => {
  // test_join_not_started, test_joining_current_thread
  test('needs a thread that has started and is another one', async () => {
    await expect(new Thread().join()).rejects.toEqual(new RuntimeError('cannot join thread before it is started'));
    expect(() => new Thread().joinSync()).toThrow('cannot join thread before it is started');
    await expect(currentThread().join()).rejects.toEqual(new RuntimeError('cannot join current thread'));
    expect(() => currentThread().joinSync()).toThrow('cannot join current thread');
  });

  // test_join_with_timeout
  test('comes back after its time limit, in both forms', async () => {
    const event = new Event();
    const thread = new Thread({ target: targets.waitFor, args: [event] });
    thread.start();
    await thread.join(0.01);
    thread.joinSync(0.01);
    expect(thread.isAlive()).toBe(true);
    event.set();
    thread.joinSync();
    expect(thread.isAlive()).toBe(false);
    await thread.join();
    await thread.join(0);
  });

  test('refuses times that make no sense', async () => {
    const thread = new Thread({ target: targets.nothing });
    await run(thread);
    await expect(thread.join(-1)).rejects.toThrow(ValueError);
    await expect(thread.join(Number.NaN)).rejects.toThrow(ValueError);
    expect(() => thread.joinSync(1e100)).toThrow(OverflowError);
    expect(() => thread.joinSync('1' as never)).toThrow(TypeError);
  });

  test('is given up by its signal', async () => {
    const event = new Event();
    const thread = new Thread({ target: targets.waitFor, args: [event] });
    thread.start();
    const controller = new AbortController();
    const joined = thread.join(null, { signal: controller.signal });
    controller.abort(new RangeError('enough'));
    await expect(joined).rejects.toEqual(new RangeError('enough'));
    await expect(thread.join(null, { signal: controller.signal })).rejects.toEqual(new RangeError('enough'));
    event.set();
    await thread.join();
  });

  test.each(['join', 'joinSync'] as const)(
    '%s reports the error of the thread, with its class and fields',
    async (form) => {
      setExcepthook(() => {});
      const thread = new Thread({ target: targets.failWithField, args: [80] });
      thread.start();
      const error = await raised((async () => await thread[form]())());
      expect(error).toBeInstanceOf(BadPort);
      expect(error).toMatchObject({ message: 'bad port 80', port: 80 });
      expect(await raised(thread.join())).toBe(error);
    },
  );

  test('reports the error of an async target', async () => {
    setExcepthook(() => {});
    const thread = new Thread({ target: targets.failLater, args: ['late'] });
    thread.start();
    await expect(thread.join()).rejects.toEqual(new ValueError('late'));
  });

  test.each([
    ['symbol', /^Error sending exception: the symbol Symbol\(local\) cannot be sent/],
    ['callback', /^Error sending exception: value.callback: .*\n{ callback: \[Function: callback\] }/],
  ] as const)('says of a %s that it was thrown and cannot be sent, in both forms', async (what, message) => {
    setExcepthook(() => {});
    const [awaited, blocking] = [0, 1].map(() => new Thread({ target: targets.throwUnclonable, args: [what] }));
    awaited!.start();
    blocking!.start();
    expect(await raised(awaited!.join())).toBeInstanceOf(MaybeEncodingError);
    expect(() => blocking!.joinSync()).toThrow(message);
  });

  test('reports an error that nobody waited for: it ends the thread', async () => {
    setExcepthook(() => {});
    const thread = new Thread({ target: targets.failStrayly });
    thread.start();
    await expect(thread.join()).rejects.toEqual(new ValueError('stray'));
  });

  // test_print_exception_... : SystemExit is silent
  test('SystemExit ends the thread without an error', async () => {
    const hook = vi.fn();
    setExcepthook(hook);
    await run(new Thread({ target: targets.leaveSystem }));
    expect(hook).not.toHaveBeenCalled();
  });

  test.each(['join', 'joinSync'] as const)('%s reports a thread that called process.exit', async (form) => {
    setExcepthook(() => {});
    const thread = new Thread({ target: targets.exit, args: [3], name: 'quitter' });
    thread.start();
    const error = await raised((async () => await thread[form]())());
    expect(error).toBeInstanceOf(WorkerLostError);
    expect(error).toMatchObject({ exitcode: 3, message: 'quitter called process.exit(3) before its work was done' });
    expect(thread.isAlive()).toBe(false);
  });

  test('terminate ends a thread that never would; afterEnd hears of each end, and of a loss instead of the hook', async () => {
    const hooked = vi.fn();
    setExcepthook(hooked);
    const stubborn = new targets.Stubborn();
    const brief = new targets.Brief();
    stubborn.terminate();
    for (const thread of [stubborn, brief]) thread.start();
    await brief.join();
    brief.terminate();
    expect(stubborn.nativeId).toBeGreaterThan(0);
    stubborn.terminate();
    expect(await raised(stubborn.join())).toBeInstanceOf(WorkerLostError);
    expect(stubborn.isAlive()).toBe(false);
    expect(stubborn.losses).toEqual([expect.any(WorkerLostError)]);
    expect(brief.losses).toEqual([null]);
    expect(hooked).not.toHaveBeenCalled();
  });

  test.each(['join', 'joinSync'] as const)('%s reports a thread that ran out of memory', async (form) => {
    setExcepthook(() => {});
    const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 };
    const thread = new Thread({ target: targets.exhaust, resourceLimits });
    thread.start();
    expect(await raised((async () => await thread[form]())())).toBeInstanceOf(WorkerLostError);
    expect(thread.isAlive()).toBe(false);
  });

  test('works in a thread to which the thread was given', async () => {
    const event = new Event();
    const seen = shared(2);
    const joined = new Thread({ target: targets.waitFor, args: [event] });
    joined.start();
    const joiner = new Thread({ target: targets.joinThread, args: [joined, seen] });
    joiner.start();
    await vi.waitUntil(() => Atomics.load(seen, 0) !== 0, { timeout: 30_000 });
    event.set();
    await joiner.join();
    expect([...seen]).toEqual([joined.ident, 0]);
    await joined.join();
  });

  test('a thread that has not started cannot be given away', () => {
    const thread = new Thread({ target: targets.joinThread, args: [new Thread(), shared(2)] });
    expect(() => thread.start()).toThrow(/must be started before it is given away/);
  });
});

describe('threads that start threads', () => {
  test('as deep as they like', async () => {
    const counter = shared();
    await run(new Thread({ target: targets.nest, args: [counter, 2] }));
    expect(counter[0]).toBe(7);
  });

  test('also while everybody above blocks', () => {
    const counter = shared();
    const thread = new Thread({ target: targets.nestBlocking, args: [counter] });
    thread.start();
    thread.joinSync();
    expect(counter[0]).toBe(2);
  });

  test('a child outlives the thread that started it', async () => {
    const event = new Event();
    const counter = shared();
    const thread = new Thread({ target: targets.leaveChild, args: [event, counter] });
    await run(thread);
    expect(activeCount()).toBe(2);
    const child = enumerateThreads()[1]!;
    expect([child.daemon, child.isAlive()]).toEqual([true, true]);
    event.set();
    await child.join();
    expect(counter[0]).toBe(1);
  });

  test('a daemon makes daemons', async () => {
    const { found } = await identityOf(
      (channel) => new Thread({ target: targets.tell, args: [channel, 'daemon'], daemon: true }),
    );
    expect(found).toBe(true);
  });
});

describe('excepthook', () => {
  // ExceptHookTests.test_excepthook, test_custom_excepthook
  test('gets the error where the thread was started', async () => {
    const heard: ExceptHookArgs[] = [];
    setExcepthook((args) => heard.push(args));
    const thread = new Thread({ target: targets.fail, args: ['in thread'] });
    thread.start();
    await expect(thread.join()).rejects.toThrow('in thread');
    await vi.waitUntil(() => heard.length > 0, { timeout: 30_000 });
    expect(heard).toMatchObject([{ excType: ValueError, excValue: { message: 'in thread' }, thread }]);
    expect(heard[0]?.excTraceback.at(-1)?.name).toMatch(/fail$/);
  });

  test('of the thread itself comes first', async () => {
    const hook = vi.fn();
    const seen = shared();
    const thread = new Thread({ target: targets.hookHere, args: [seen] });
    thread.start();
    await expect(thread.join()).rejects.toThrow('heard here');
    expect(seen[0]).toBe(1);
    expect(hook).not.toHaveBeenCalled();
  });

  // test_custom_excepthook_fail
  test('that fails is reported', async () => {
    const written: string[] = [];
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    setExcepthook(() => {
      throw new RangeError('hook');
    });
    const thread = new Thread({ target: targets.fail, args: ['x'] });
    thread.start();
    await expect(thread.join()).rejects.toThrow('x');
    await vi.waitUntil(() => written.length > 0, { timeout: 30_000 });
    write.mockRestore();
    expect(written.join('')).toMatch(/^Exception in threading.excepthook:\n(.*\n)*RangeError: hook\n$/);
  });

  test('must be a function', () => {
    expect(() => setExcepthook(5 as never)).toThrow('hook must be a function or null, not 5');
  });
});

describe('stackSize', () => {
  // test_stack_size_... of test_thread
  test('says what was chosen, and refuses what is too small', () => {
    expect(stackSize()).toBe(0);
    expect(() => stackSize(1000)).toThrow(ValueError);
    expect(() => stackSize(-1)).toThrow(ValueError);
  });

  test('gives new threads more', async () => {
    const depthWith = async (bytes: number): Promise<number> => {
      const seen = shared();
      stackSize(bytes);
      await run(new Thread({ target: targets.overflow, args: [seen] }));
      stackSize(0);
      return seen[0]!;
    };
    const small = await depthWith(2 ** 20);
    expect(await depthWith(2 ** 24)).toBeGreaterThan(4 * small);
  });
});

test('the stack of an error has both sides, with a line between that names the thread', async () => {
  const thread = new Thread({ target: targets.fail, args: ['boom'], name: 'worker-1' });
  thread.start();
  const { stack } = (await raised(thread.join())) as Error;
  const [there, here] = String(stack).split('    --- raised in thread "worker-1" ---\n');
  expect(there).toMatch(/^ValueError: boom\n {4}at .*targets\.ts/);
  expect(here).toMatch(/Thread\.join/);
});
