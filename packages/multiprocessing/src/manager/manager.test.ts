/** A manager and its proxies, in this process and in others. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KeyError } from '@p8/errors';
import { Manager } from './sync-manager.ts';
import type { SyncManager } from './sync-manager.ts';

let manager: SyncManager;
beforeAll(async () => {
  manager = await Manager();
});
afterAll(() => manager.shutdown());

test('a dict, as promises and blocking', async () => {
  using shared = await manager.dict<unknown, unknown>({ a: 1 });
  await shared.set('b', 2);
  shared.setSync(3, 'x');
  expect(await shared.get('a')).toBe(1);
  expect(shared.getSync(3)).toBe('x');
  expect(await shared.getValue()).toEqual(new Map<unknown, unknown>([['a', 1], ['b', 2], [3, 'x']]));
  await expect(shared.getItem('zz')).rejects.toThrow(KeyError);
  expect(() => shared.getItemSync('zz')).toThrow(KeyError);
  expect(await shared.delete('zz')).toBe(false);
  expect(await shared.items()).toEqual([['a', 1], ['b', 2], [3, 'x']]);
});
