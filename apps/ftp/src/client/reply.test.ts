import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from './errors.ts';
import { ReplyParser } from './reply.ts';
import type { Reply } from './reply.ts';

/** All replies of a text that arrives in these parts. */
function parse(...parts: readonly (string | Uint8Array)[]): Reply[] {
  const parser = new ReplyParser();
  for (const part of parts) parser.push(Buffer.from(part));
  return drain(parser);
}

function drain(parser: ReplyParser): Reply[] {
  const replies: Reply[] = [];
  for (let reply = parser.shift(); reply; reply = parser.shift()) replies.push(reply);
  return replies;
}

describe('ReplyParser', () => {
  it('reads a reply of one line', () => {
    expect(parse('226 Transfer complete.\r\n')).toEqual([{ code: 226, lines: ['Transfer complete.'] }]);
  });

  it('reads a code without a text', () => {
    expect(parse('200\r\n200 \r\n')).toEqual([
      { code: 200, lines: [''] },
      { code: 200, lines: [''] },
    ]);
  });

  it('reads several lines up to the same code with a space', () => {
    expect(parse('211-Features:\r\n SIZE\r\n200 no\r\n211-MDTM\r\n2110\r\n211 End\r\n')).toEqual([
      { code: 211, lines: ['Features:', ' SIZE', '200 no', '211-MDTM', '2110', 'End'] },
    ]);
  });

  it('waits for the end of a line, and of a reply', () => {
    const parser = new ReplyParser();
    parser.push(Buffer.from('220-wel'));
    parser.push(Buffer.from('come\r'));
    parser.push(Buffer.from('\n'));
    expect(parser.shift()).toBeUndefined();
    parser.push(Buffer.from('220 ready\r\n'));
    expect(parser.shift()).toEqual({ code: 220, lines: ['welcome', 'ready'] });
  });

  it('keeps a lone CR as a part of the line', () => {
    expect(parse('257 "a\rb" is here\r\n')).toEqual([{ code: 257, lines: ['"a\rb" is here'] }]);
  });

  it('does not keep the memory of what was pushed', () => {
    const parser = new ReplyParser();
    const bytes = Buffer.from('220 he');
    parser.push(bytes);
    bytes.fill('x');
    parser.push(Buffer.from('llo\r\n'));
    expect(parser.shift()).toEqual({ code: 220, lines: ['hello'] });
  });

  it.each(['', '22', 'HTTP/1.1 400 Bad Request', '099 x', '600 x', '220hello', '2 20', '-220 x'])(
    'refuses %j as a reply',
    (line) => {
      expect(() => parse(`${line}\r\n`)).toThrow(ProtocolError);
    },
  );

  it.each([
    ['in one piece', ['257 "a\n226 Done\r\n']],
    ['in two', ['257 "a', '\n226 Done\r\n']],
  ])('refuses a bare line feed, which would make one reply two: %s', (_name, parts) => {
    expect(() => parse(...parts)).toThrow('bare line feed');
  });

  it('stays failed, and still gives the replies before', () => {
    const parser = new ReplyParser();
    expect(() => parser.push(Buffer.from('200 yes\r\nno\r\n200 forged\r\n'))).toThrow(ProtocolError);
    expect(drain(parser)).toEqual([{ code: 200, lines: ['yes'] }]);
    expect(() => parser.push(Buffer.from('200 again\r\n'))).toThrow(ProtocolError);
    expect(parser.shift()).toBeUndefined();
  });

  it('bounds a line that never ends', () => {
    const parser = new ReplyParser('utf-8', { line: 100, reply: 1000 });
    parser.push(Buffer.from(`220 ${'x'.repeat(90)}`));
    expect(() => parser.push(Buffer.from('x'.repeat(10)))).toThrow('longer than 100 bytes');
  });

  it('bounds a reply that never ends', () => {
    const parser = new ReplyParser('utf-8', { line: 100, reply: 1000 });
    expect(() => {
      for (let i = 0; i < 200; i++) parser.push(Buffer.from('220-more\r\n'));
    }).toThrow('longer than 1000 bytes');
  });

  it('gives the beginning of what it refused', () => {
    expect(() => parse('SSH-2.0-OpenSSH\r\n')).toThrow(expect.objectContaining({ received: 'SSH-2.0-OpenSSH' }));
  });

  it('reads latin1 where it is told so', () => {
    const parser = new ReplyParser('latin1');
    parser.push(Buffer.from('200 \xfcber\r\n', 'latin1'));
    expect(parser.shift()?.lines).toEqual(['über']);
  });

  it('reads the same replies, however they are cut', () => {
    const text = fc
      .string({ unit: fc.constantFrom('a', ' ', '-', '2', '0', '\r', 'é') })
      .filter((s) => !s.endsWith('\r'));
    const reply = fc.record({
      code: fc.integer({ min: 100, max: 599 }),
      lines: fc.array(text, { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(reply, { minLength: 1 }), fc.array(fc.nat(), { maxLength: 20 }), (replies, cuts) => {
        // inner lines begin with a space, as servers must see to it
        const sent = replies.map(({ code, lines }) => ({
          code,
          lines: lines.map((line, i) => (i > 0 && i < lines.length - 1 ? ` ${line}` : line)),
        }));
        const bytes = Buffer.from(sent.map(write).join(''));
        const places = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b);
        const parts = [0, ...places].map((from, i) => bytes.subarray(from, places[i] ?? bytes.length));
        expect(parse(...parts)).toEqual(sent);
      }),
    );
  });

  it('never fails in another way, and never holds more than its limits', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (parts) => {
        const parser = new ReplyParser('utf-8', { line: 128, reply: 256 });
        try {
          for (const part of parts) parser.push(part);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
        for (const { lines } of drain(parser)) expect(lines.join('').length).toBeLessThanOrEqual(256);
      }),
    );
  });
});

function write({ code, lines }: Reply): string {
  const last = lines.length - 1;
  return lines
    .map((line, i) => (i === last ? `${code} ${line}\r\n` : i === 0 ? `${code}-${line}\r\n` : `${line}\r\n`))
    .join('');
}
