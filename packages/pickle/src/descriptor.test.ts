/** Descriptors in what goes to another process: any numbers will do here. */
import { expect, test } from 'vitest';
import { Holder, letGo } from '../test/holder.ts';
import { dump, load, loadSync } from './index.ts';

test('they go beside the data, one for each object, and are taken once', async () => {
  const log: string[] = [];
  const holder = new Holder(7, log);
  const parcel = dump({ holder, list: [holder, new Holder(9, log)] }, 'value', 'process');
  expect(parcel.descriptors).toEqual([107, 109]);
  const message = structuredClone(parcel.data);
  parcel.sent();
  expect(log).toEqual(['9 sent', '7 sent']);
  const arrived = [21, 22];
  const value = (await load(message, arrived)) as { holder: Holder; list: [Holder, Holder] };
  expect([value.holder.fd, value.list[0] === value.holder, value.list[1].fd]).toEqual([21, true, 22]);
  expect(arrived).toEqual([-1, -1]);
  expect(() => loadSync(structuredClone(message), arrived)).toThrow('was taken out of its message before');
});

test('to a thread they reduce to something else', () => {
  const { data, descriptors } = dump(new Holder(7, []));
  expect(descriptors).toEqual([]);
  expect((loadSync(structuredClone(data)) as Holder).fd).toBe(1007);
});

test('where dump fails they are let go', () => {
  const log: string[] = [];
  expect(() => dump([new Holder(7, log), Symbol('s')], 'value', 'process')).toThrow('the symbol');
  expect(log).toEqual(['7 failed']);
});

test('in an error they do not travel', () => {
  const log: string[] = [];
  const error = Object.assign(new Error('lost'), { holder: new Holder(7, log), port: 9 });
  const parcel = dump([error, new Holder(8, log)], 'value', 'process');
  expect([parcel.descriptors, log]).toEqual([[108], ['7 failed']]);
  const [there] = loadSync(structuredClone(parcel.data), [21]) as [Error, Holder];
  expect(Object.entries(there)).toEqual([['port', 9]]);
});

test('what was made of a value that cannot be made whole is disposed of, the last one first', async () => {
  letGo.length = 0;
  const parcel = dump([new Holder(7, []), new Holder(8, []), new Holder(0, [])], 'value', 'process');
  const arrived = [21, 22];
  await expect(load(structuredClone(parcel.data), arrived)).rejects.toThrow('was taken out of its message before');
  expect(letGo).toEqual([22, 21]);
});
