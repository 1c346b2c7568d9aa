/** What is given away instead of being copied. */
import { MessageChannel } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identity } from '../test/targets.ts';
import { Thread } from '../test/thread.ts';
import { dump, loadSync, transfer } from './index.ts';

let thread: Thread;
beforeAll(async () => {
  thread = await Thread.start();
});
afterAll(() => thread.end());

test('an ArrayBuffer, a view and a Buffer are empty here afterwards', async () => {
  const [buffer, view] = [new ArrayBuffer(8), new Uint16Array([1, 2])];
  const bytes = Buffer.from(new ArrayBuffer(10), 2, 3).fill('abc');
  const args = [transfer(buffer), { view: transfer(view) }, [transfer(bytes)]] as const;
  expect(await thread.call(identity, args)).toEqual([
    new ArrayBuffer(8),
    { view: new Uint16Array([1, 2]) },
    [Buffer.from('abc')],
  ]);
  expect([buffer.byteLength, view.length, bytes.length]).toEqual([0, 0, 0]);
});

test('it is the same object inside and outside of transfer', async () => {
  const bytes = new Uint8Array([1]);
  const [a, b] = await thread.call(identity, [transfer(bytes), bytes, transfer(bytes)]);
  expect(a).toBe(b);
  expect(bytes.length).toBe(0);
});

test('a small Buffer does not take along the memory that it shares', () => {
  const parcel = dump(Buffer.from('abc'));
  const copy = (parcel.data as [unknown, unknown[]])[1].find((word) => word instanceof Uint8Array);
  expect(copy?.buffer.byteLength).toBe(3);
  expect(loadSync(structuredClone(parcel.data))).toEqual(Buffer.from('abc'));
});

test('what can only move moves by itself: a port, a stream', async () => {
  const { port1, port2 } = new MessageChannel();
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue('read');
      controller.close();
    },
  });
  const returned = await thread.call(identity, { port2, stream, again: port2 });
  expect(returned.port2).toBe(returned.again);
  const heard = new Promise((resolve) => port1.once('message', resolve));
  returned.port2.postMessage('there and back');
  expect(await heard).toBe('there and back');
  const reader = returned.stream.getReader();
  expect(await reader.read()).toEqual({ value: 'read', done: false });
  port1.close();
});

test('what Node clones is cloned', async () => {
  const blob = new Blob(['text']);
  expect(await (await thread.call(identity, blob)).text()).toBe('text');
});

test('only objects can be given away', () => {
  expect(() => transfer(5 as never)).toThrow(new TypeError('transfer: the first argument must be an object'));
});
