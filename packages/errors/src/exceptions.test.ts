/**
 * Re-expressed from CPython's Lib/test/test_exceptions.py and Lib/test/test_baseexception.py, with what only JavaScript
 * has: errors made by others, other realms, class names.
 */
import assert from 'node:assert';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createContext, runInContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import * as errors from './index.ts';
import {
  AssertionError,
  AttributeError,
  BaseException,
  BaseExceptionGroup,
  Exception,
  ImportError,
  KeyboardInterrupt,
  KeyError,
  ModuleNotFoundError,
  RecursionError,
  RuntimeError,
  SystemExit,
  ValueError,
} from './index.ts';
import { thrownBy } from '../test/thrown-by.ts';

const foreign = runInContext(`({ error: new Error('elsewhere'), TypeError })`, createContext()) as {
  error: Error;
  TypeError: ErrorConstructor;
};

describe('BaseException', () => {
  test.each([new Error('e'), new TypeError('e'), foreign.error, new DOMException('e'), new ValueError('e')])(
    'is every error: %s',
    (error) => {
      expect(error).toBeInstanceOf(BaseException);
      expect(error).toBeInstanceOf(Exception);
    },
  );

  test.each(['text', 5, null, undefined, {}, { name: 'Error', message: 'm' }, Error])(
    'is no other value: %s',
    (value) => {
      expect(value instanceof BaseException).toBe(false);
      expect(value instanceof Exception).toBe(false);
    },
  );

  test('is an error that an old library made without calling Error', () => {
    function Old() {}
    Old.prototype = Object.create(Error.prototype);
    expect(Reflect.construct(Old, []) instanceof Exception).toBe(true);
  });

  test('does not hand its rule to subclasses: they match their own instances only', () => {
    class Root extends BaseException {}
    class Mine extends Exception {}
    class Runtime extends RuntimeError {}
    class Module extends ModuleNotFoundError {}
    const overflow = thrownBy(function deep(): unknown {
      return [deep()];
    });
    const missing = Object.assign(new Error('no module'), { code: 'ERR_MODULE_NOT_FOUND' });
    for (const type of [Root, Mine, Runtime, Module])
      for (const error of [new Error('e'), new ValueError('e'), overflow, missing])
        expect(error instanceof type).toBe(false);
    expect(new Mine('m') instanceof Mine).toBe(true);
    expect(new Mine('m') instanceof Exception).toBe(true);
    expect(new Root('m') instanceof Exception).toBe(false);
  });

  test('has codes that a subclass may declare for itself', () => {
    class Broken extends Exception {
      static override readonly codes = ['ERR_INVALID_STATE'];
    }
    expect(Object.assign(new Error('e'), { code: 'ERR_INVALID_STATE' }) instanceof Broken).toBe(true);
    expect(Object.assign(new Error('e'), { code: 'ERR_OTHER' }) instanceof Broken).toBe(false);
  });
});

describe('the name of an error', () => {
  test('is its class, without a field of its own', () => {
    class PortInUse extends ValueError {}
    const error = new PortInUse('80');
    expect(error.name).toBe('PortInUse');
    expect(Object.keys(error)).toEqual([]);
    expect(Object.hasOwn(error, 'name')).toBe(false);
    expect(String(error)).toBe('PortInUse: 80');
    expect(error.stack?.split('\n')[0]).toBe('PortInUse: 80');
  });

  test('may be fixed for minifiers, by a static name, a field or an assignment', () => {
    class A extends ValueError {
      static override readonly name = 'Stable';
    }
    class B extends ValueError {
      override name = 'Field';
    }
    const c = new ValueError('c');
    c.name = 'Assigned';
    expect([new A().name, new B().name, c.name]).toEqual(['Stable', 'Field', 'Assigned']);
    expect(Object.keys(c)).toEqual([]);
  });

  test('of an anonymous class is that of its parent', () => {
    expect(new (class extends KeyError {})('k').name).toBe('KeyError');
  });

  test('keeps the place of the throw at the top of the stack', () => {
    function thrower(): never {
      throw new ValueError('v');
    }
    expect((thrownBy(thrower) as Error).stack?.split('\n')[1]).toContain('at thrower');
  });
});

describe('Exception lets through what a catch-all must not eat', () => {
  const interrupt = new KeyboardInterrupt();
  const loop: { errors?: unknown } & Error = new AggregateError([], 'ring');
  loop.errors = [loop];

  test.each([
    ['Ctrl-C', interrupt],
    ['an exit', new SystemExit(1)],
    ['a cancellation', AbortSignal.abort().reason],
    ['a cancellation by another name of its class', Object.assign(new Error('e'), { name: 'AbortError' })],
    ['a group that holds Ctrl-C', new BaseExceptionGroup('g', [new ValueError(), interrupt])],
    ['an AggregateError that holds Ctrl-C', new AggregateError([new AggregateError([interrupt])])],
    ['Ctrl-C that came while another error was on its way', new SuppressedError(interrupt, new ValueError())],
  ])('%s', (_what, error: unknown) => {
    expect(error instanceof Exception).toBe(false);
    expect(error instanceof BaseException).toBe(true);
  });

  test('and nothing else', () => {
    const suppressed = new SuppressedError(new ValueError(), interrupt);
    for (const error of [
      suppressed,
      loop,
      new SuppressedError('text', 1),
      Object.assign(new Error(), { errors: [1, {}] }),
    ])
      expect(error instanceof Exception).toBe(true);
  });
});

describe('classes that match errors of the platform', () => {
  test('AssertionError: those of node:assert', () => {
    const error = thrownBy(() => assert.equal(1, 2));
    expect(error instanceof AssertionError).toBe(true);
    expect(error instanceof ValueError).toBe(false);
    expect(new AssertionError().code).toBe('ERR_ASSERTION');
  });

  test('ModuleNotFoundError: a missing module', async () => {
    const specifier = './no-such-module.ts';
    const error: unknown = await import(specifier).catch((error: unknown) => error);
    expect(error instanceof ModuleNotFoundError).toBe(true);
    expect(error instanceof ImportError).toBe(true);
  });

  test('RecursionError: a stack overflow, which is a RuntimeError too', () => {
    const error = thrownBy(function deep(): unknown {
      return [deep()];
    });
    expect(error instanceof RecursionError).toBe(true);
    expect(error instanceof RuntimeError).toBe(true);
    expect(new RangeError('Invalid array length') instanceof RecursionError).toBe(false);
    expect(error instanceof errors.NotImplementedError).toBe(false);
  });
});

describe('the data of an error is in fields', () => {
  test('of a KeyError: the key, quoted in the message', () => {
    expect(new KeyError('a b')).toMatchObject({ key: 'a b', message: "'a b'" });
    expect(new KeyError(['x', 1]).message).toBe("[ 'x', 1 ]");
    expect(new KeyError().message).toBe('');
  });

  test('of a SystemExit: the status', () => {
    expect(new SystemExit(3)).toMatchObject({ code: 3, message: '3' });
    expect(new SystemExit()).toMatchObject({ code: undefined, message: '' });
  });

  test('of an AttributeError and an ImportError: what was missing', () => {
    expect(new AttributeError('m', { attribute: 'x', object: 5 })).toMatchObject({ attribute: 'x', object: 5 });
    expect(new ImportError('m', { module: 'x', path: '/x.js' })).toMatchObject({ module: 'x', path: '/x.js' });
    expect(Object.keys(new ImportError('m'))).toEqual([]);
  });

  test('of the two UnicodeErrors: what, where and why', () => {
    const bytes = Buffer.from([0x61, 0xff, 0xfe]);
    const where = { encoding: 'utf-8', object: bytes, start: 1, end: 2, reason: 'invalid start byte' };
    const error = new errors.UnicodeDecodeError(where);
    expect(error).toMatchObject(where);
    expect(error).toBeInstanceOf(ValueError);
    expect(error.message).toBe("'utf-8' codec can't decode byte 0xff in position 1: invalid start byte");
    expect(new errors.UnicodeDecodeError({ ...where, end: 3 }).message).toBe(
      "'utf-8' codec can't decode bytes in position 1-2: invalid start byte",
    );
    const text = { encoding: 'ascii', object: 'aé', start: 1, end: 2, reason: 'not in range' };
    expect(new errors.UnicodeEncodeError(text).message).toBe(
      "'ascii' codec can't encode character 'é' in position 1: not in range",
    );
  });

  test('and the cause is the platform’s', () => {
    const cause = new Error('first');
    expect(new ValueError('second', { cause }).cause).toBe(cause);
    expect('cause' in new ValueError('second')).toBe(false);
    expect(new KeyError('k', { cause: null }).cause).toBe(null);
  });
});

test('the package works in a worker thread, whose errors keep their class there', async () => {
  const worker = new Worker(new URL('../test/worker.ts', import.meta.url));
  // both at once: a thread that ends emits its last message and its exit in one go
  const [[seen]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  expect(seen).toEqual(['ConnectionRefusedError', true, 'absent', 'KeyboardInterrupt']);
});
