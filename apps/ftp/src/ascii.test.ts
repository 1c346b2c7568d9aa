import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FromNetwork, ToNetwork } from './ascii.ts';

function toNetwork(...chunks: string[]): string {
  const converter = new ToNetwork();
  return chunks.map((chunk) => converter.push(Buffer.from(chunk, 'latin1')).toString('latin1')).join('');
}

function fromNetwork(...chunks: string[]): string {
  const converter = new FromNetwork();
  const out = chunks.map((chunk) => converter.push(Buffer.from(chunk, 'latin1')).toString('latin1'));
  return out.join('') + converter.end().toString('latin1');
}

const text = fc
  .array(fc.constantFrom('\r', '\n', 'a', '\r\n', '\n\n', 'xyz'), { maxLength: 40 })
  .map((a) => a.join(''));
const cuts = fc.array(fc.integer({ min: 0, max: 120 }));

function split(whole: string, at: number[]): string[] {
  const points = [0, ...at.filter((p) => p < whole.length).sort((a, b) => a - b), whole.length];
  return points.slice(1).map((end, i) => whole.slice(points[i], end));
}

describe('ToNetwork', () => {
  test.each([
    ['a\nb\n', 'a\r\nb\r\n'],
    ['\n\n', '\r\n\r\n'],
    ['a\r\nb', 'a\r\nb'],
    ['a\rb', 'a\rb'],
    ['', ''],
  ])('%j becomes %j', (disk, wire) => {
    expect(toNetwork(disk)).toBe(wire);
  });

  test('a CR and its LF in two reads are one line end', () => {
    expect(toNetwork('a\r', '\nb')).toBe('a\r\nb');
    expect(toNetwork('a', '\n', '\n')).toBe('a\r\n\r\n');
  });

  test('any split gives what the whole gives', () => {
    fc.assert(
      fc.property(text, cuts, (whole, at) => {
        expect(toNetwork(...split(whole, at))).toBe(toNetwork(whole));
      }),
    );
  });
});

describe('FromNetwork', () => {
  test.each([
    ['a\r\nb\r\n', 'a\nb\n'],
    ['a\nb', 'a\nb'],
    ['a\rb\r', 'a\rb\r'],
    ['\r\r\n', '\r\n'],
    ['', ''],
  ])('%j becomes %j', (wire, disk) => {
    expect(fromNetwork(wire)).toBe(disk);
  });

  test('a CR at the end of a read waits for what follows', () => {
    expect(fromNetwork('a\r', '\nb')).toBe('a\nb');
    expect(fromNetwork('a\r', 'b')).toBe('a\rb');
    expect(fromNetwork('a\r', '\r', '\n')).toBe('a\r\n');
    expect(fromNetwork('a\r')).toBe('a\r');
  });

  test('any split gives what the whole gives', () => {
    fc.assert(
      fc.property(text, cuts, (whole, at) => {
        expect(fromNetwork(...split(whole, at))).toBe(whole.replaceAll('\r\n', '\n'));
      }),
    );
  });

  test('a text with LF line ends comes back from the wire as it went', () => {
    const plain = text.map((t) => t.replaceAll('\r', ''));
    fc.assert(
      fc.property(plain, (disk) => {
        expect(fromNetwork(toNetwork(disk))).toBe(disk);
      }),
    );
  });
});
