/** Targets of threads that share values. */
import type { SharedString, Value } from '@p8/threading';

export function addMany(int: Value<'i'>, big: Value<'q'>, float: Value<'d'>, times: number): void {
  for (let i = 0; i < times; i++) {
    int.add(1);
    big.add(1n);
    float.add(0.5);
  }
}

/** Sets a text of one letter, long and short by turns. */
export function fillText(text: SharedString, letter: string, stop: Value<'?'>): void {
  for (let long = true; !stop.value; long = !long) text.value = letter.repeat(long ? 1000 : 100);
}
