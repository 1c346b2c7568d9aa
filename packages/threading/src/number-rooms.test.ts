import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_NUMBERS, NumberRooms } from './number-rooms.ts';
import type { Room } from './number-rooms.ts';
import { ThreadNumbers } from './thread-numbers.ts';

const range = (from: number, length: number): number[] => Array.from({ length }, (_, i) => from + i);

describe('rooms', () => {
  test('keep apart what they hold, whatever is freed', () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: 16, max: 3000 }), fc.record({ free: fc.nat() })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (taken) => {
        const rooms = new NumberRooms(new ThreadNumbers());
        const held: [room: Room, numbers: number[]][] = [];
        for (const [i, step] of taken.entries()) {
          if (typeof step === 'number') {
            const numbers = range(1000 * i, step);
            held.push([rooms.hold(numbers, 0, step)!, numbers]);
          } else if (held.length > 0) rooms.free(held.splice(step.free % held.length, 1)[0]![0]);
        }
        for (const [room, numbers] of held) expect([...rooms.view(room)]).toEqual(numbers);
      }),
    );
  });

  test('hold a part of the items', () => {
    const rooms = new NumberRooms(new ThreadNumbers());
    expect([...rooms.view(rooms.hold(range(0, 100), 20, 40)!)]).toEqual(range(20, 20));
  });

  test('hold nothing of few items, or of others than numbers, and lose no room by that', () => {
    const memory = new ThreadNumbers();
    const rooms = new NumberRooms(memory);
    expect(rooms.hold(range(0, 15), 0, 15)).toBeUndefined();
    expect(rooms.hold(['0', ...range(1, 20)], 0, 21)).toBeUndefined();
    const large = [...range(0, 2 ** 16 - 1), '0'];
    for (let i = 0; i < 100; i++) expect(rooms.hold(large, 0, large.length)).toBeUndefined();
    expect(memory.memory.byteLength).toBe(8 * large.length);
  });

  test('that are free serve again, so that the memory does not grow', () => {
    const memory = new ThreadNumbers();
    const rooms = new NumberRooms(memory);
    for (let i = 0; i < 100; i++) rooms.free(rooms.hold(range(0, 2 ** 13 - i), 0, 2 ** 13 - i)!);
    expect(memory.memory.byteLength).toBe(8 * 2 ** 13);
  });

  test('are refused where there is no memory', () => {
    const items = Array.from<number>({ length: MOST_NUMBERS + 1 }).fill(1);
    const rooms = new NumberRooms(new ThreadNumbers());
    expect(rooms.hold(items, 0, items.length)).toBeUndefined();
    const poor = new NumberRooms({ grow: () => false, view: () => expect.unreachable() });
    expect(poor.hold(items, 0, 16)).toBeUndefined();
  });
});
