import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from './errors.ts';
import { LineSink } from './line-sink.ts';

describe('LineSink', () => {
  it('ends lines at CR LF and LF, and keeps a lone CR', () => {
    const sink = new LineSink('utf-8', 1000);
    sink.push(Buffer.from('a\r\nb\nc\rd\r\nlast'));
    expect(sink.end()).toEqual(['a', 'b', 'c\rd', 'last']);
  });

  it('gives the same lines, however they are cut and though the memory is used again', () => {
    const line = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '\u{1f600}') });
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 1, max: 7 }), (lines, size) => {
        const sink = new LineSink('utf-8', 1_000_000);
        const bytes = Buffer.from(lines.map((line) => `${line}\r\n`).join(''));
        const memory = Buffer.alloc(size);
        for (let i = 0; i < bytes.length; i += size) sink.push(memory.subarray(0, bytes.copy(memory, 0, i, i + size)));
        expect(sink.end()).toEqual(lines);
      }),
    );
  });

  it('bounds a listing that never ends', () => {
    const sink = new LineSink('utf-8', 100);
    expect(() => {
      for (;;) sink.push(Buffer.from('a file\r\n'));
    }).toThrow('listingLimit, 100 bytes');
  });

  it('bounds a line that never ends', () => {
    const sink = new LineSink('utf-8', 10_000_000);
    expect(() => {
      for (;;) sink.push(Buffer.alloc(1000, 'x'));
    }).toThrow(ProtocolError);
  });
});
