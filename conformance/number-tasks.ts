/** What maps of numbers call elsewhere. */
import { ValueError } from '@p8/errors';

export function halve(x: number): number {
  return x / 2;
}

export function halveOrName(x: number): number | string {
  return x === 700 ? 'seven hundred' : x / 2;
}

export function halveOrWait(x: number): number | Promise<number> {
  return x === 700 ? Promise.resolve(x / 2) : x / 2;
}

export async function halveLater(x: number): Promise<number> {
  return x / 2;
}

export function halveOrFail(x: number): number {
  if (x === 700) throw new ValueError('seven hundred');
  return x / 2;
}

export function halveOrExit(x: number): number {
  if (x === 700) process.exit(7);
  return x / 2;
}

export function add(a: number, b: number): number {
  return a + b;
}

export function addAll(...numbers: number[]): number {
  return numbers.reduce(add, 0);
}

export function halveText(text: string): number {
  return Number(text) / 2;
}

export function halvesUpTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i / 2);
}
