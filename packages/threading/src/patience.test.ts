import { describe, expect, test } from 'vitest';
import { Patience } from './patience.ts';

/** How many sleeps there are from one look in vain to the next. */
function pauses(patience: Patience, looks: number): number[] {
  const found: number[] = [];
  for (let sleeps = 0; found.length < looks; patience.disappointed()) {
    if (patience.limit === 0) sleeps += 1;
    else {
      found.push(sleeps);
      sleeps = 0;
    }
  }
  return found;
}

describe('Patience', () => {
  test('looks less and less often in vain', () => {
    expect(pauses(new Patience(5), 10)).toEqual([0, 0, 1, 2, 4, 8, 16, 32, 32, 32]);
  });

  test('looks as before once it was rewarded', () => {
    const patience = new Patience(5);
    pauses(patience, 6);
    while (patience.limit === 0) patience.disappointed();
    patience.rewarded();
    expect(patience.limit).toBe(5);
    expect(pauses(patience, 4)).toEqual([0, 0, 1, 2]);
  });
});
