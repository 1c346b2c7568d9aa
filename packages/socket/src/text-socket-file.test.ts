/** Files of text: encodings cut anywhere, line ends of every kind, and bytes that are no text. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLeftovers } from '../test/leftovers.ts';
import { socketpair } from './index.ts';
import type { Newline, Socket, TextEncoding, TextSocketFile } from './index.ts';

checkLeftovers();

const forms = [
  [
    'promise',
    (file: TextSocketFile, limit?: number) => file.readline(limit),
    (file: TextSocketFile, size?: number) => file.read(size),
  ],
  [
    'blocking',
    async (file: TextSocketFile, limit?: number) => file.readlineSync(limit),
    async (file: TextSocketFile, size?: number) => file.readSync(size),
  ],
] as const;

function pair(): [Socket, Socket, Disposable] {
  const [a, b] = socketpair();
  return [a, b, { [Symbol.dispose]: () => [a, b].forEach((sock) => sock.close()) }];
}

describe.each(forms)('%s', (_, readline, read) => {
  test.each<[Newline, string[]]>([
    [null, ['a\n', 'b\n', 'c\n', 'd']],
    ['', ['a\n', 'b\r\n', 'c\r', 'd']],
    ['\n', ['a\n', 'b\r\n', 'c\rd']],
    ['\r', ['a\nb\r', '\nc\r', 'd']],
    ['\r\n', ['a\nb\r\n', 'c\rd']],
  ])('lines with newline %j', async (newline, lines) => {
    const [a, b, pairs] = pair();
    using _pairs = pairs;
    using file = a.makefile('r', { encoding: 'utf-8', newline });
    for (const byte of Buffer.from('a\nb\r\nc\rd')) b.sendallSync(Uint8Array.of(byte));
    b.close();
    const got: string[] = [];
    for (let line = await readline(file); line !== ''; line = await readline(file)) got.push(line);
    expect(got).toEqual(lines);
  });

  test('sizes and limits count characters; a time-out loses none', async () => {
    const [a, b, pairs] = pair();
    using _pairs = pairs;
    using file = a.makefile('r', { encoding: 'utf-8' });
    a.settimeout(0.01);
    const bytes = Buffer.from('grüße\nx');
    b.sendallSync(bytes.subarray(0, 3));
    await expect(readline(file)).rejects.toMatchObject({ name: 'TimeoutError' });
    b.sendallSync(bytes.subarray(3));
    expect(await read(file, 3)).toBe('grü');
    expect(await readline(file, 1)).toBe('ß');
    expect(await readline(file)).toBe('e\n');
    b.close();
    expect(await read(file)).toBe('x');
    expect(await read(file)).toBe('');
  });

  test('wrong bytes raise once, with the good text before them first, and reading goes on behind', async () => {
    const [a, b, pairs] = pair();
    using _pairs = pairs;
    using file = a.makefile('r', { encoding: 'utf-8' });
    b.sendallSync(
      Buffer.concat([Buffer.from('good\n\uFFFD\n'), Uint8Array.of(0xff), Buffer.from('more\n'), Uint8Array.of(0xc3)]),
    );
    b.close();
    expect(await readline(file)).toBe('good\n');
    expect(await readline(file)).toBe('\uFFFD\n');
    await expect(readline(file)).rejects.toMatchObject({ name: 'UnicodeDecodeError' });
    expect(await readline(file)).toBe('more\n');
    await expect(readline(file)).rejects.toMatchObject({ name: 'UnicodeDecodeError' });
    expect(await readline(file)).toBe('');
  });

  test.each<['replace' | 'ignore', string, TextEncoding, string]>([
    ['replace', 'a\uFFFDb', 'utf-8', 'a\uFFFDb'],
    ['ignore', 'ab', 'utf-8', 'ab'],
    ['replace', 'a\uFFFDb', 'ascii', 'a\uFFFDb'],
    ['ignore', 'ab', 'ascii', 'ab'],
  ])('errors %o give %j in %s', async (errors, text, encoding) => {
    const [a, b, pairs] = pair();
    using _pairs = pairs;
    using file = a.makefile('r', { encoding, errors });
    b.sendallSync(Uint8Array.of(0x61, 0xff, 0x62));
    b.close();
    expect(await read(file)).toBe(text);
  });
});

test.each<TextEncoding>(['utf-8', 'utf-16le', 'latin1', 'ascii'])('any text in any parts, as %s', async (encoding) => {
  const most = encoding === 'ascii' ? 0x7f : encoding === 'latin1' ? 0xff : 0x2ffff;
  const character = fc
    .integer({ min: 0, max: most })
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code));
  await fc.assert(
    fc.asyncProperty(
      fc.array(character),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
      async (units, sizes) => {
        const text = units.join('');
        const [a, b] = socketpair();
        const [c, d] = socketpair();
        const writer = c.makefile('w', { encoding, newline: '' });
        writer.writeSync(text);
        writer.closeSync();
        c.close();
        const bytes = Buffer.concat([...d.chunksSync()]);
        const reader = a.makefile('r', { encoding, newline: '' });
        const reading = reader.read();
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] as number;
          await b.sendall(bytes.subarray(at, at + size));
          at += size;
          if (i < 3) await new Promise(setImmediate);
        }
        b.close();
        expect(await reading).toBe(text);
        reader.closeSync();
        a.close();
        d.close();
      },
    ),
    { numRuns: 25 },
  );
});

test('lines written get the line end of the file, and characters that cannot be written are told', async () => {
  const [a, b, pairs] = pair();
  using _pairs = pairs;
  await using file = a.makefile('rw', { encoding: 'latin1', newline: '\r\n' });
  await file.writelines(['é\n', 'b\n']);
  await expect(file.write('€')).rejects.toMatchObject({ name: 'UnicodeEncodeError', start: 0, end: 1 });
  await expect(file.write(Buffer.from('x') as unknown as string)).rejects.toThrow('write(): text must be a string');
  await file.flush();
  expect((await b.recv(100)).toString('latin1')).toBe('é\r\nb\r\n');
  expect([file.encoding, file.mode, file.readable(), file.seekable()]).toEqual(['latin1', 'rw', true, false]);
});

test('a file given up goes on below', async () => {
  const [a, b, pairs] = pair();
  using _pairs = pairs;
  const file = a.makefile('rw', { encoding: 'utf-8' });
  file.writeSync('x');
  const buffer = await file.detach();
  await expect(file.readline()).rejects.toThrow('the file was detached');
  const raw = buffer.detachSync();
  expect(raw.writeSync('y')).toBe(1);
  expect(String(b.recvSync(10))).toBe('xy');
  file.closeSync();
  a.close();
  expect(raw.fileno()).toBeGreaterThan(0);
  raw.closeSync();
  expect(raw.fileno()).toBe(-1);
});

test('what makefile does not know is refused by name', () => {
  const [a, , pairs] = pair();
  using _pairs = pairs;
  expect(() => a.makefile('rb' as 'r', { encoding: 'utf-8' })).toThrow("mode 'rb' is of bytes and takes no encoding");
  expect(() => a.makefile('r', { encoding: 'utf-8', buffering: 0 })).toThrow('text needs a buffer');
  expect(() => a.makefile('r', { encoding: 'ebcdic' as 'utf-8' })).toThrow("unknown encoding: 'ebcdic'; take one of");
  expect(() => a.makefile('r', { encoding: 'utf-8', newline: 'x' as '\n' })).toThrow('newline must be null');
  expect(() => a.makefile('r', { encoding: 'utf-8', errors: 'x' as 'strict' })).toThrow("errors must be 'strict'");
});
