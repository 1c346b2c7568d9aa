/** Errors arrive whole: class, fields, cause, notes, groups, context, and the calls on both sides. */
import { inspect } from 'node:util';
import {
  ConnectionRefusedError,
  contextOf,
  ExceptionGroup,
  formatException,
  KeyError,
  notesOf,
  OSError,
  ValueError,
} from '@p8/errors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as failing from '../test/failing.ts';
import { identity, Traveller } from '../test/targets.ts';
import { Thread } from '../test/thread.ts';
import { dump, loadSync, raisedIn } from './index.ts';

let thread: Thread;
beforeAll(async () => {
  thread = await Thread.start();
});
afterAll(() => thread.end());

/** What a function raises in the thread. */
async function raisedBy(target: () => unknown): Promise<Error & Record<string, unknown>> {
  try {
    await thread.call(target);
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('nothing was raised');
}

test('its own class and fields, without running its constructor', async () => {
  const error = await raisedBy(failing.badPort);
  expect(error).toBeInstanceOf(failing.BadPort);
  expect(error).toBeInstanceOf(ValueError);
  expect([error.name, error.message, error['port']]).toEqual(['BadPort', 'bad port 99999', 99999]);
  expect(Object.keys(error)).toEqual(['port']);
});

test('the nearest class that can be found, under its own name', async () => {
  const error = await raisedBy(failing.local);
  expect(error).toBeInstanceOf(failing.BadPort);
  expect(String(error)).toBe('Local: bad port 2');
});

test('a class that its module does not export, where a function of that module was sent', async () => {
  const error = await raisedBy(failing.hidden);
  expect(error.constructor).toBe(failing.hiddenClass());
  expect(String(error)).toBe('Hidden: bad port 1');
});

test('a class with private fields says itself what it becomes', async () => {
  const error = await raisedBy(failing.secretive);
  expect(error).toBeInstanceOf(failing.Secretive);
  expect(error['secret']).toBe('42');
});

test('an OSError with its class by errno', async () => {
  const error = await raisedBy(failing.refused);
  expect(error).toBeInstanceOf(ConnectionRefusedError);
  expect(error).toBeInstanceOf(OSError);
  expect(error).toMatchObject({ code: 'ECONNREFUSED', errno: 111, syscall: 'connect', address: ['127.0.0.1', 9] });
});

test('cause, context and notes', async () => {
  const error = await raisedBy(failing.chained);
  expect(error).toBeInstanceOf(KeyError);
  expect(error.cause).toBeInstanceOf(failing.BadPort);
  expect(Object.keys(error)).not.toContain('cause');
  expect(notesOf(error)).toEqual(['a note', 'and another']);
  expect(contextOf(error)).toEqual(new RangeError('before'));
});

test('groups, with their members', async () => {
  const error = await raisedBy(failing.grouped);
  expect(error).toBeInstanceOf(ExceptionGroup);
  const [ports, rest] = (error as unknown as ExceptionGroup).split(failing.BadPort);
  expect(ports?.exceptions.map((one) => one.message)).toEqual(['bad port 1']);
  expect((rest!.exceptions[0] as ExceptionGroup).exceptions[0]).toBeInstanceOf(KeyError);
  expect(Object.isFrozen(error['errors'])).toBe(true);
});

test('DOMException and classes of it', async () => {
  const aborted = await raisedBy(failing.aborted);
  expect(aborted).toBeInstanceOf(DOMException);
  expect([aborted.name, aborted.message, aborted['code']]).toEqual(['AbortError', 'enough', 20]);
  const odd = await raisedBy(failing.oddlyAborted);
  expect(odd).toBeInstanceOf(failing.OddAbort);
  expect([odd.name, odd['odd']]).toEqual(['AbortError', true]);
});

test('errors of Node', async () => {
  const error = await raisedBy(failing.ofNode);
  expect(error).toBeInstanceOf(TypeError);
  expect([error.name, error['code']]).toEqual(['TypeError', 'ERR_INVALID_ARG_TYPE']);
});

test('what cannot be copied is left out, and hides nothing', async () => {
  const error = await raisedBy(failing.tangled);
  expect(Object.keys(error)).toEqual(['fine', 'itself', 'proxy', 'regexp']);
  expect(error).toMatchObject({ message: 'tangled', fine: [1, new Map([[1, 2]])], proxy: { a: 1 }, regexp: /after/ });
  expect(error['itself']).toBe(error);
});

test('nothing moves for an error: it is left out, and told that it stays', () => {
  const log: string[] = [];
  const [moving, buffer] = [new Traveller('moving', log), new ArrayBuffer(1)];
  const error = Object.assign(new Error('held'), { moving, given: { deep: new Traveller('given', log, [buffer]) } });
  const parcel = dump({ moving: new Traveller('sent', log), error });
  expect(log).toEqual(['moving failed', 'given failed']);
  expect(parcel.transfer).toEqual([]);
  parcel.sent();
  expect(log.at(-1)).toBe('sent sent');
  expect(Object.keys((loadSync(structuredClone(parcel.data)) as { error: Error }).error)).toEqual([]);
});

test('what was left out of an error can still be sent beside it', () => {
  const moving = new Traveller('moving');
  const value = [Object.assign(new Error('held'), { moving }), moving];
  const [error, moved] = loadSync(structuredClone(dump(value).data)) as [object, unknown];
  expect(Object.keys(error)).toEqual([]);
  expect(moved).toBeInstanceOf(Traveller);
});

test('a thrown value that is no error stays what it is', async () => {
  expect(await raisedBy(failing.noError)).toEqual({ reason: 'not an error' });
});

test('an error is one object wherever it is met, and causes may form a ring', async () => {
  const [a, b] = [new RangeError('a'), new TypeError('b')];
  [a.cause, b.cause] = [b, a];
  const [one, other] = await thread.call(identity, [a, { b }] as const);
  expect([one.cause, other.b.cause]).toEqual([other.b, one]);
  expect(one.cause).toBe(other.b);
});

describe('the stack', () => {
  test('is that of the thread, then where it was raised again, then the calls here', async () => {
    const { stack = '' } = await raisedBy(failing.badPort);
    const lines = stack.split('\n');
    const border = lines.indexOf('    --- raised in thread "peer" ---');
    expect(lines[0]).toBe('BadPort: bad port 99999');
    expect(lines[1]).toMatch(/at badPort .*failing\.ts:\d+:\d+/);
    expect(lines[border + 1]).toMatch(/at async raisedBy .*errors\.test\.ts/);
  });

  test('is what inspect and formatException show', async () => {
    const error = await raisedBy(failing.chained);
    expect(inspect(error)).toContain('--- raised in thread "peer" ---');
    const text = formatException(error);
    expect(text).toMatch(/in raisedBy\n.*\n {2}--- raised in thread "peer" ---\n(.*\n)+.*in chained\n/);
    expect(text).toContain('BadPort: bad port 1\n\nThe above exception was the direct cause');
    expect(text).toMatch(/KeyError: 'key'\na note\nand another$/);
  });

  test('takes another border with each thread that it crosses; other values are given back', () => {
    const error = raisedIn(raisedIn(new Error('far'), 'thread "a"'), 'process 12');
    expect(error.stack?.match(/--- raised in .* ---/g)).toEqual([
      '--- raised in thread "a" ---',
      '--- raised in process 12 ---',
    ]);
    expect([raisedIn(5, 'x'), raisedIn(undefined, 'x')]).toEqual([5, undefined]);
  });

  test('or another text may be missing, be no text, or raise, and the error still arrives', () => {
    const odd = Object.defineProperties(new Error('odd'), {
      name: { get: () => Symbol('odd') },
      message: { value: new Map([[1, 2]]) },
      stack: { value: () => {} },
    });
    const arrived = loadSync(structuredClone(dump(odd).data)) as Error;
    expect([arrived.name, arrived.message]).toEqual(['Error', new Map([[1, 2]])]);

    const error = new Error('no stack');
    Object.defineProperty(error, 'stack', {
      get() {
        throw new Error('prepareStackTrace failed');
      },
    });
    expect(loadSync(structuredClone(dump(error).data))).toMatchObject({ message: 'no stack' });
  });
});
