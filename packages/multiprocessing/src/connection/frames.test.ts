import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OSError } from '@p8/errors';
import { frameHeader, FrameReader } from './frames.ts';

function feed(reader: FrameReader, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) {
    const { room } = reader;
    const count = Math.min(room.length, rest.length);
    room.set(rest.subarray(0, count));
    reader.received(count);
    rest = rest.subarray(count);
  }
}

/** In parts, as a stream may cut it; messages are taken between the parts. */
function readAll(reader: FrameReader, stream: Buffer, cuts: readonly number[]): Buffer[] {
  const messages: Buffer[] = [];
  const edges = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].toSorted((a, b) => a - b);
  let at = 0;
  for (const edge of [...edges, stream.length]) {
    // what has come is taken before more is received, as a connection does it
    for (; at < edge;) {
      const part = stream.subarray(at, Math.min(edge, at + reader.room.length));
      feed(reader, part);
      at += part.length;
      for (let message = reader.next(Infinity); message !== undefined; message = reader.next(Infinity))
        messages.push(message);
    }
  }
  return messages;
}

test('messages of any length arrive whole, however the stream is cut', () => {
  const message = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.integer({ min: 0, max: 200_000 }).map((length) => new Uint8Array(length).fill(length)),
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 20 }), (sent, cuts) => {
      const stream = Buffer.concat(sent.flatMap((bytes) => [frameHeader(bytes.length), bytes]));
      const reader = new FrameReader();
      const received = readAll(reader, stream, cuts);
      expect(received.length).toBe(sent.length);
      received.forEach((bytes, i) => expect(bytes.equals(sent[i] as Uint8Array)).toBe(true));
      expect(reader.atBoundary).toBe(true);
    }),
  );
});

test('a message of more than 2^31 - 1 bytes has a length of eight bytes', () => {
  expect(frameHeader(0x7fffffff).toString('hex')).toBe('7fffffff');
  expect(frameHeader(0x80000000).toString('hex')).toBe('ffffffff0000000080000000');
});

test('a length of eight bytes is understood for a short message too', () => {
  const reader = new FrameReader();
  feed(reader, Buffer.from('ffffffff000000000000000261620000', 'hex'));
  expect(String(reader.next(Infinity))).toBe('ab');
});

test.each([
  ['negative', 'fffffffe'],
  ['above the limit', '00000101'],
  ['above the limit, in eight bytes', 'ffffffffffffffffffffffff'],
])('a length that is %s is refused', (_, header) => {
  const reader = new FrameReader();
  feed(reader, Buffer.from(header, 'hex'));
  expect(() => reader.next(256)).toThrow(new OSError('bad message length'));
});

test('any bytes are messages, or are refused, and never hang', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const reader = new FrameReader();
      feed(reader, bytes);
      let taken = 0;
      try {
        for (let message = reader.next(64); message !== undefined; message = reader.next(64))
          taken += 4 + message.length;
      } catch (error) {
        expect(error).toBeInstanceOf(OSError);
      }
      expect(taken).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
