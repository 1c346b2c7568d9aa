import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LINE_LIMIT, type LineEvent, LineReader } from './line-reader.ts';

function read(...chunks: (string | Buffer)[]): LineEvent[] {
  const reader = new LineReader();
  return chunks.flatMap((chunk) => reader.push(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk));
}

function lines(...chunks: (string | Buffer)[]): string[] {
  return read(...chunks).map((event) => (event.type === 'line' ? event.line : event.type));
}

describe('LineReader', () => {
  test('a line ends with CRLF, and the next one begins after it', () => {
    expect(lines('USER a\r\nPASS b\r\nQU')).toEqual(['USER a', 'PASS b']);
    expect(lines('QU', 'IT\r', '\n')).toEqual(['QUIT']);
  });

  test('a LF alone ends a line too, as old scripts send it', () => {
    expect(lines('NOOP\nQUIT\n')).toEqual(['NOOP', 'QUIT']);
  });

  test('a CR alone ends nothing, and CR NUL is a CR', () => {
    expect(lines('STOR a\rb\r\n')).toEqual(['STOR a\rb']);
    expect(lines('STOR a\r', '\0b\r\n')).toEqual(['STOR a\rb']);
    expect(lines('STOR a\r\r\n')).toEqual(['STOR a\r']);
  });

  test('a NUL elsewhere stays in the line, for the path check to refuse', () => {
    expect(lines('RETR a\0b\r\n')).toEqual(['RETR a\0b']);
  });

  test('IAC IAC is the byte 255', () => {
    expect(lines('RETR \xff\xffx\r\n')).toEqual(['RETR \xffx']);
  });

  test('the interrupt and the data mark before ABOR eat nothing of it', () => {
    expect(lines('\xff\xf4\xff\xf2ABOR\r\n')).toEqual(['ABOR']);
    expect(lines('\xff', '\xf4', '\xff', '\xf2', 'ABOR', '\r\n')).toEqual(['ABOR']);
  });

  test('wanted and offered options are refused, refusals are not answered', () => {
    const events = read('\xff\xfd\x01\xff\xfb\x03\xff\xfe\x05\xff\xfc\x06NOOP\r\n');
    expect(events).toEqual([
      { type: 'answer', bytes: Buffer.from([255, 252, 1]) },
      { type: 'answer', bytes: Buffer.from([255, 254, 3]) },
      { type: 'line', line: 'NOOP' },
    ]);
  });

  test('a subnegotiation is skipped, with a doubled 255 inside', () => {
    expect(lines('NO\xff\xfa\x18\xff\xff\xf0abc\r\n\xff\xf0OP\r\n')).toEqual(['NOOP']);
  });

  test('a Telnet command between CR and LF does not break the line end', () => {
    expect(lines('NOOP\r\xff\xf1\nQUIT\r\n')).toEqual(['NOOP', 'QUIT']);
  });

  test('a line of exactly the limit is a line, one byte more is refused once and its tail never runs', () => {
    expect(lines('x'.repeat(LINE_LIMIT) + '\r\n')).toEqual(['x'.repeat(LINE_LIMIT)]);
    expect(lines('x'.repeat(LINE_LIMIT + 1) + '\r\nNOOP\r\n')).toEqual(['tooLong', 'NOOP']);
    const tail = 'x'.repeat(3 * LINE_LIMIT) + ' DELE a\rDELE b\r\0DELE c\xff\xff';
    expect(lines(tail, tail, '\r\nNOOP\r\n')).toEqual(['tooLong', 'NOOP']);
  });

  test('an endless line keeps no memory', () => {
    const reader = new LineReader();
    const chunk = Buffer.alloc(1 << 20, 'x');
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 64; i++) expect(reader.push(chunk)).toEqual([]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 << 20);
  });

  test('any split of any bytes gives the same events', () => {
    const byte = fc.oneof(
      fc.constantFrom(0, 10, 13, 240, 242, 244, 250, 251, 253, 255),
      fc.integer({ min: 0, max: 255 }),
    );
    const input = fc.array(byte, { maxLength: 80 });
    fc.assert(
      fc.property(input, fc.array(fc.integer({ min: 0, max: 80 })), (bytes, cuts) => {
        const whole = Buffer.from(bytes);
        const at = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
        const pieces = at.slice(1).map((end, i) => whole.subarray(at[i], end));
        const small = new LineReader(20);
        expect(pieces.flatMap((piece) => small.push(piece))).toEqual(new LineReader(20).push(whole));
      }),
      { numRuns: 500 },
    );
  });

  test('a line without Telnet or line ends comes back as it is', () => {
    const plain = fc.array(fc.integer({ min: 0, max: 254 }).filter((byte) => byte !== 10 && byte !== 13));
    fc.assert(
      fc.property(plain, (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        expect(lines(text + '\r\n')).toEqual([text]);
      }),
    );
  });
});
