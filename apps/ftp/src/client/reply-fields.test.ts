import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from './errors.ts';
import { extendedPassivePort, fileSize, modificationTime, parseTime, passivePort, quotedPath } from './reply-fields.ts';

const reply = (code: number, ...lines: string[]) => ({ code, lines });

describe('passivePort', () => {
  it.each([
    ['Entering Passive Mode (127,0,0,1,4,1).', 1025],
    ['Entering Passive Mode 10,0,0,1,255,255', 65535],
    ['=10,0,0,1,0,21', 21],
  ])('reads %j', (text, port) => {
    expect(passivePort(reply(227, text))).toBe(port);
  });

  it.each(['Entering Passive Mode', '(1,2,3,4,5)', '(1,2,3,4,256,1)', '(300,2,3,4,5,6)', '(1,2,3,4,0,0)'])(
    'refuses %j',
    (text) => {
      expect(() => passivePort(reply(227, text))).toThrow(ProtocolError);
    },
  );
});

describe('extendedPassivePort', () => {
  it.each([
    ['Entering Extended Passive Mode (|||6446|)', 6446],
    ['whatever (!!!65535!) follows', 65535],
  ])('reads %j', (text, port) => {
    expect(extendedPassivePort(reply(229, text))).toBe(port);
  });

  it.each(['', '(|||0|)', '(|||65536|)', '(||6446|)', '(|1|10.0.0.1|80|)', '(|||64x6|)'])('refuses %j', (text) => {
    expect(() => extendedPassivePort(reply(229, text))).toThrow(ProtocolError);
  });
});

describe('quotedPath', () => {
  it.each([
    ['"/" is the current directory', '/'],
    ['"/a ""b"" c" created', '/a "b" c'],
    ['""', ''],
  ])('reads %j', (text, path) => {
    expect(quotedPath(reply(257, text))).toBe(path);
  });

  it.each(['/a', '"/a', 'the folder is "/a"'])('refuses %j', (text) => {
    expect(() => quotedPath(reply(257, text))).toThrow(ProtocolError);
  });
});

describe('fileSize', () => {
  it('reads a number of bytes beyond 4 GiB', () => {
    expect(fileSize(reply(213, '5000000000'))).toBe(5_000_000_000);
  });

  it.each(['', '-1', '1e3', '12 bytes', '99999999999999999999'])('refuses %j', (text) => {
    expect(() => fileSize(reply(213, text))).toThrow(ProtocolError);
  });
});

describe('modificationTime', () => {
  it('reads a time in UTC, to the millisecond', () => {
    expect(modificationTime(reply(213, '20260102030405.678'))).toEqual(new Date('2026-01-02T03:04:05.678Z'));
  });

  it('refuses what is no time', () => {
    expect(() => modificationTime(reply(213, '191001011200'))).toThrow(ProtocolError);
  });
});

describe('parseTime', () => {
  it('reads every second from the year 0 to 9999', () => {
    const most = Date.UTC(9999, 11, 31) / 1000;
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200, max: most }), (seconds) => {
        const time = new Date(seconds * 1000);
        expect(parseTime(time.toISOString().replace(/\.000Z|[-T:]/g, ''))).toEqual(time);
      }),
    );
  });

  it.each(['', '20261301000000', '20260100000000', '20260101240000', '20260101006000', '2026010100000', 'now'])(
    'gives nothing for %j',
    (text) => {
      expect(parseTime(text)).toBeUndefined();
    },
  );
});
