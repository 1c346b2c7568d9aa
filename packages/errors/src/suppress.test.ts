/** Re-expressed from CPython's Lib/test/test_contextlib.py (TestSuppress). */
import { describe, expect, test } from 'vitest';
import { KeyError, LookupError, raise, RuntimeError, suppress, ValueError } from './index.ts';
import { thrownBy } from '../test/thrown-by.ts';

const failing = (error: unknown) => () => raise(error);

describe('suppress', () => {
  test('forgets errors of its classes only', () => {
    expect(suppress(KeyError, failing(new KeyError('k')))).toBe(undefined);
    expect(suppress([KeyError, ValueError], failing(new ValueError()))).toBe(undefined);
    expect(suppress(LookupError, failing(new KeyError('k')))).toBe(undefined);
    expect(suppress(KeyError, () => 5)).toBe(5);
    const error = new RuntimeError('r');
    expect(thrownBy(() => suppress(KeyError, failing(error)))).toBe(error);
    expect(thrownBy(() => suppress([], failing(error)))).toBe(error);
  });

  test('is asynchronous with its body', async () => {
    expect(await suppress(KeyError, async () => raise(new KeyError('k')))).toBe(undefined);
    await expect(suppress(KeyError, async () => raise(new ValueError()))).rejects.toThrow(ValueError);
  });

  test('refuses what is no error class', () => {
    expect(() => suppress(Map as unknown as typeof Error, () => 1)).toThrow('suppress: catching Map is not possible');
  });
});
