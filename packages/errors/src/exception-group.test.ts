/** Re-expressed from CPython's Lib/test/test_exception_group.py. */
import { describe, expect, test } from 'vitest';
import {
  addNote,
  attempt,
  BaseException,
  BaseExceptionGroup,
  contextOf,
  except,
  Exception,
  ExceptionGroup,
  KeyboardInterrupt,
  KeyError,
  notesOf,
  OSError,
  raise,
  setContext,
  suppress,
  ValueError,
} from './index.ts';

/** A group as nested arrays of messages, to compare shapes. */
function shape(group: Error | undefined): unknown {
  return group instanceof BaseExceptionGroup ? [group.message, ...group.exceptions.map(shape)] : group?.message;
}

function tree() {
  return new ExceptionGroup('root', [
    new ValueError('1'),
    new ExceptionGroup('left', [new TypeError('2'), new ValueError('3')]),
    new ExceptionGroup('right', [new ExceptionGroup('deep', [new TypeError('4')])]),
  ]);
}

describe('making a group', () => {
  test('keeps the message and the errors, which cannot be changed', () => {
    const errors = [new ValueError('1'), new KeyError('2')];
    const group = new ExceptionGroup('many', errors);
    errors.pop();
    expect(group.message).toBe('many');
    expect(group.exceptions.length).toBe(2);
    expect(group.errors).toBe(group.exceptions);
    expect(() => (group.errors as Error[]).push(new Error('late'))).toThrow(TypeError);
    expect(group.name).toBe('ExceptionGroup');
  });

  test('refuses no errors, items that are none, and a message that is no text', () => {
    const make = (message: unknown, errors: unknown) => new ExceptionGroup(message as string, errors as Error[]);
    expect(() => make('m', [])).toThrow(ValueError);
    expect(() => make('m', 5)).toThrow(TypeError);
    expect(() => make('m', undefined)).toThrow(TypeError);
    expect(() => make('m', [new ValueError(), 1])).toThrow('item 1 of the second argument is not an error');
    expect(() => make('m', [ValueError])).toThrow(ValueError);
    expect(() => make(1, [new ValueError()])).toThrow('the message must be a string, not number');
  });

  test('of errors that a catch-all must let through needs a BaseExceptionGroup', () => {
    expect(() => new ExceptionGroup('m', [new KeyboardInterrupt()])).toThrow('cannot hold a KeyboardInterrupt');
    expect(new BaseExceptionGroup('m', [new KeyboardInterrupt()]).name).toBe('BaseExceptionGroup');
    expect(new BaseExceptionGroup('m', [new ValueError()])).toBeInstanceOf(ExceptionGroup);
    expect(new BaseExceptionGroup('m', [new ValueError()]).name).toBe('ExceptionGroup');
  });

  test('decides whether a catch-all catches it', () => {
    const ordinary = new ExceptionGroup('m', [new ValueError()]);
    expect([ordinary instanceof Exception, ordinary instanceof BaseException]).toEqual([true, true]);
    expect(new BaseExceptionGroup('m', [new KeyboardInterrupt()]) instanceof Exception).toBe(false);
    expect(ordinary instanceof ValueError).toBe(false);
    expect(ordinary instanceof AggregateError).toBe(true);
  });

  test('takes errors of the platform, and a cause', () => {
    const cause = new Error('c');
    const group = new ExceptionGroup('m', new Set([new TypeError('t'), new DOMException('d')]), { cause });
    expect(shape(group)).toEqual(['m', 't', 'd']);
    expect(group.cause).toBe(cause);
    expect('cause' in new ExceptionGroup('m', [new ValueError()])).toBe(false);
  });
});

describe('split', () => {
  test('divides by class and keeps the nesting', () => {
    const [types, rest] = tree().split(TypeError);
    expect(shape(types)).toEqual(['root', ['left', '2'], ['right', ['deep', '4']]]);
    expect(shape(rest)).toEqual(['root', '1', ['left', '3']]);
  });

  test('divides by several classes, and by a function that is asked about groups too', () => {
    expect(tree().split([TypeError, ValueError]).map(shape)).toEqual([shape(tree()), undefined]);
    expect(shape(tree().split((error) => error.message > '2' && error.message < '5')[0])).toEqual([
      'root',
      ['left', '3'],
      ['right', ['deep', '4']],
    ]);
    expect(shape(tree().subgroup((error) => error.message === 'right'))).toEqual(['root', ['right', ['deep', '4']]]);
  });

  test('gives the group itself when it matches as a whole', () => {
    const group = tree();
    expect(group.split(ExceptionGroup)).toEqual([group, undefined]);
    expect(group.split(Exception)[0]).toBe(group);
    expect(group.subgroup(BaseException)).toBe(group);
  });

  test('gives undefined for an empty part', () => {
    const [matched, rest] = tree().split(KeyError);
    expect(matched).toBe(undefined);
    expect(shape(rest)).toEqual(shape(tree()));
    expect(tree().subgroup([])).toBe(undefined);
  });

  test('gives the errors themselves', () => {
    const group = tree();
    expect(group.subgroup(ValueError)?.exceptions[0]).toBe(group.exceptions[0]);
  });

  test('keeps stack, cause, context and notes', () => {
    const [cause, context] = [new Error('cause'), new Error('context')];
    const group = new ExceptionGroup('m', [new ValueError('1'), new TypeError('2')], { cause });
    setContext(group, context);
    addNote(group, 'a note');
    for (const part of group.split(ValueError)) {
      expect(part?.stack).toBe(group.stack);
      expect(part?.cause).toBe(cause);
      expect(contextOf(part)).toBe(context);
      expect(notesOf(part)).toEqual(['a note']);
      expect(Object.keys(part!)).not.toContain('stack');
    }
  });

  test('makes parts of an ordinary class from a group that holds Ctrl-C', () => {
    const group = new BaseExceptionGroup('m', [new ValueError('v'), new KeyboardInterrupt('k')]);
    const [ordinary, rest] = group.split(Exception);
    expect([ordinary?.name, rest?.name]).toEqual(['ExceptionGroup', 'BaseExceptionGroup']);
  });

  test('refuses what is neither a class nor a function', () => {
    for (const condition of [5, 'TypeError', undefined, [TypeError, 1]])
      expect(() => tree().split(condition as unknown as typeof Error)).toThrow(TypeError);
  });

  test('uses derive of a subclass, whose parts then are of its class', () => {
    class Failures extends ExceptionGroup {
      readonly code: number;
      constructor(message: string, errors: readonly Error[], code: number) {
        super(message, errors);
        this.code = code;
      }
      override derive<D extends Error>(errors: readonly (D | BaseExceptionGroup<D>)[]): BaseExceptionGroup<D> {
        return new Failures(this.message, errors, this.code) as BaseExceptionGroup as BaseExceptionGroup<D>;
      }
    }
    class Plain extends ExceptionGroup {}
    const parts = new Failures('m', [new ValueError('1'), new TypeError('2')], 5).split(ValueError);
    for (const part of parts) expect(part).toMatchObject({ name: 'Failures', code: 5 });
    expect(new Plain('m', [new ValueError('1'), new TypeError('2')]).split(ValueError)[0]?.name).toBe('ExceptionGroup');
  });
});

test('a group is caught whole by except', () => {
  const group = tree();
  expect(
    attempt(
      () => raise(group),
      except(ExceptionGroup, (caught) => caught),
    ),
  ).toBe(group);
});

test('suppress takes its part out of a group and lets the rest go on', () => {
  expect(suppress([TypeError, ValueError], () => raise(tree()))).toBe(undefined);
  const rest = attempt(
    () => suppress(TypeError, () => raise(tree())),
    except(ExceptionGroup, (group) => group),
  );
  expect(shape(rest)).toEqual(['root', '1', ['left', '3']]);
  const untouched = new ExceptionGroup('m', [new OSError(5)]);
  expect(
    attempt(
      () => suppress(KeyError, () => raise(untouched)),
      except(ExceptionGroup, (group) => group),
    ),
  ).toBe(untouched);
});
