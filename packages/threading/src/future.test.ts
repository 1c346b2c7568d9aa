/** With CPython's test_concurrent_futures.test_future, test_wait and test_as_completed, re-expressed: its names stand in comments. */
import { describe, expect, test, vi } from 'vitest';
import { RuntimeError, TimeoutError } from '@p8/errors';
import {
  ALL_COMPLETED,
  asCompleted,
  CancelledError,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  Future,
  InvalidStateError,
  wait,
  waitSync,
} from './index.ts';

function finished<T>(value: T): Future<T> {
  const future = new Future<T>();
  future.setResult(value);
  return future;
}

function failed(error: unknown): Future<never> {
  const future = new Future<never>();
  future.setException(error);
  return future;
}

function running(): Future<number> {
  const future = new Future<number>();
  future.setRunningOrNotifyCancel();
  return future;
}

function cancelled(): Future<number> {
  const future = new Future<number>();
  future.cancel();
  return future;
}

describe('Future', () => {
  // test_cancel, test_cancelled, test_done, test_running
  test.each([
    ['pending', () => new Future(), { cancel: true, cancelled: false, done: false, running: false }],
    ['running', running, { cancel: false, cancelled: false, done: false, running: true }],
    ['cancelled', cancelled, { cancel: true, cancelled: true, done: true, running: false }],
    ['finished', () => finished(1), { cancel: false, cancelled: false, done: true, running: false }],
    ['failed', () => failed(new RangeError()), { cancel: false, cancelled: false, done: true, running: false }],
  ])('%s knows its state', (_, make, states) => {
    const future: Future<unknown> = make();
    const found = { cancelled: future.cancelled(), done: future.done(), running: future.running() };
    expect({ cancel: future.cancel(), ...found }).toEqual(states);
  });

  // test_result_with_timeout, test_result_with_success, test_result_with_cancel
  test('gives its result in every form', async () => {
    const future = finished(42);
    expect([await future, await future.result(), await future.result(0), future.resultSync()]).toEqual([
      42, 42, 42, 42,
    ]);
    expect([await future.exception(), future.exceptionSync()]).toEqual([null, null]);
    const error = new RangeError('x');
    for (const get of [() => failed(error), () => failed(error).result(), () => failed(error).result(1)]) {
      await expect(get()).rejects.toBe(error);
    }
    expect(() => failed(error).resultSync()).toThrow(error);
    expect([await failed(error).exception(), failed(error).exceptionSync()]).toEqual([error, error]);
    for (const get of [() => cancelled(), () => cancelled().result(), () => cancelled().exception(1)]) {
      await expect(get()).rejects.toBeInstanceOf(CancelledError);
    }
    expect(() => cancelled().resultSync()).toThrow(CancelledError);
    expect(() => cancelled().exceptionSync()).toThrow(CancelledError);
  });

  test('waits for its result, and for no longer than it is told', async () => {
    const future = running();
    await expect(future.result(0.01)).rejects.toBeInstanceOf(TimeoutError);
    await expect(future.exception(0)).rejects.toBeInstanceOf(TimeoutError);
    expect(() => future.resultSync(0.01)).toThrow(TimeoutError);
    expect(() => future.resultSync()).toThrow(RuntimeError);
    const waiting = [future.result(), future.result(60), future.then((value) => value + 1)];
    setImmediate(() => future.setResult(1));
    expect(await Promise.all(waiting)).toEqual([1, 1, 2]);
  });

  test('is waited for until the signal says otherwise', async () => {
    const future = running();
    for (const form of ['result', 'exception'] as const) {
      const controller = new AbortController();
      const waiting = future[form](null, { signal: controller.signal });
      controller.abort(new RangeError('enough'));
      await expect(waiting).rejects.toThrow('enough');
      await expect(future[form](null, { signal: controller.signal })).rejects.toThrow('enough');
    }
    const controller = new AbortController();
    const next = asCompleted([future], null, { signal: controller.signal }).next();
    controller.abort(new RangeError('enough'));
    await expect(next).rejects.toThrow('enough');
    future.setResult(1);
    expect(await future.result(1, { signal: new AbortController().signal })).toBe(1);
  });

  test('whose error nobody asks for keeps it to itself', async () => {
    failed(new Error('unheard'));
    await new Promise((resolve) => setImmediate(resolve));
  });

  // test_multiple_set_result, test_multiple_set_exception
  test('is done once', () => {
    const future = finished(1);
    expect(() => future.setResult(2)).toThrow(
      new InvalidStateError('FINISHED: <Future state=finished returned number>'),
    );
    expect(() => future.setException(new Error())).toThrow(InvalidStateError);
    expect(() => cancelled().setResult(1)).toThrow('CANCELLED: <Future state=cancelled>');
    expect(() => running().setRunningOrNotifyCancel()).toThrow(InvalidStateError);
    expect(cancelled().setRunningOrNotifyCancel()).toBe(false);
  });

  // test_done_callback_with_result, _with_exception, _with_cancel, _already_successful, _raises
  test('calls back once, in order, and goes on when that raises', () => {
    const written: string[] = [];
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    const called: unknown[] = [];
    const future = new Future<number>();
    future.addDoneCallback(() => {
      throw new RangeError('callback');
    });
    future.addDoneCallback((done) => called.push(done));
    future.setResult(1);
    future.addDoneCallback((done) => called.push(done));
    write.mockRestore();
    expect(called).toEqual([future, future]);
    expect(written.join('')).toMatch(/^exception calling callback for <Future .*>\n(.*\n)*RangeError: callback\n$/);
  });

  // test_repr
  test('says what it is', () => {
    expect(
      [new Future(), running(), cancelled(), finished(null), failed(new RangeError()), failed(1)].map(String),
    ).toEqual([
      '<Future state=pending>',
      '<Future state=running>',
      '<Future state=cancelled>',
      '<Future state=finished returned null>',
      '<Future state=finished raised RangeError>',
      '<Future state=finished raised number>',
    ]);
  });
});

describe('wait', () => {
  // test_first_completed, test_first_completed_some_already_completed, test_20369
  test.each([FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED] as const)('until %s', async (returnWhen) => {
    const [one, two, three] = [running(), running(), running()];
    const waited = wait<number>([one, two, three, one], { returnWhen });
    one.setResult(1);
    await new Promise((resolve) => setImmediate(resolve));
    two.setException(new Error('x'));
    await new Promise((resolve) => setImmediate(resolve));
    three.setResult(3);
    const count = { FIRST_COMPLETED: 1, FIRST_EXCEPTION: 2, ALL_COMPLETED: 3 }[returnWhen];
    const { done, notDone } = await waited;
    // what is done is looked at when the waiter runs again
    expect(done.size).toBeGreaterThanOrEqual(count);
    expect(done.size + notDone.size).toBe(3);
    expect(waitSync([one, two, three], { returnWhen }).done.size).toBe(3);
  });

  // test_timeout, test_timeout_values
  test('no longer than it is told', async () => {
    const [one, two] = [finished(1), running()];
    expect(await wait([one, two], { timeout: 0.01 })).toEqual({ done: new Set([one]), notDone: new Set([two]) });
    expect(waitSync([one, two], { timeout: 0.01 })).toEqual({ done: new Set([one]), notDone: new Set([two]) });
    expect((await wait([two], { timeout: 0 })).done.size).toBe(0);
    expect((await wait([])).done.size).toBe(0);
  });

  test('is given up by its signal', async () => {
    const controller = new AbortController();
    const waited = wait([running()], { signal: controller.signal });
    controller.abort(new RangeError('enough'));
    await expect(waited).rejects.toThrow('enough');
  });

  test('counts what is cancelled as done, not as failed', async () => {
    const { done } = await wait([cancelled(), finished(1)], { returnWhen: FIRST_EXCEPTION });
    expect(done.size).toBe(2);
  });

  test('refuses what it does not know', async () => {
    await expect(wait([], { returnWhen: 'SOME' as never })).rejects.toThrow(TypeError);
  });
});

describe('asCompleted', () => {
  // test_no_timeout, test_future_times_out, test_duplicate_futures, test_correct_timeout_exception_msg
  test('gives futures as they are done', async () => {
    const [one, two, three] = [running(), running(), finished(3)];
    const given: Future<number>[] = [];
    setImmediate(() => {
      two.setResult(2);
      one.setException(new Error('x'));
    });
    for await (const { future } of asCompleted<number>([one, two, three, one])) given.push(future);
    expect(given).toEqual([three, two, one]);
  });

  test('no longer than it is told', async () => {
    const given = asCompleted([finished(1), running(), running()], 0.02);
    expect((await given.next()).value?.future.resultSync()).toBe(1);
    await expect(given.next()).rejects.toEqual(new TimeoutError('2 (of 3) futures unfinished'));
  });

  test('can be given up', async () => {
    for await (const { future } of asCompleted([finished(1), running()])) {
      expect(future.done()).toBe(true);
      break;
    }
  });
});
