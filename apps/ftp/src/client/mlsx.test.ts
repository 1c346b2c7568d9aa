import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from './errors.ts';
import { parseMlsxLine } from './mlsx.ts';

describe('parseMlsxLine', () => {
  it('reads a file with its facts', () => {
    expect(
      parseMlsxLine('Type=file;Size=12;Modify=20260102030405;UNIX.mode=0644;UNIX.owner=7;Perm=r; a b;c.txt'),
    ).toEqual({
      name: 'a b;c.txt',
      type: 'file',
      size: 12,
      modify: new Date('2026-01-02T03:04:05Z'),
      mode: 0o644,
      owner: '7',
      facts: { type: 'file', size: '12', modify: '20260102030405', 'unix.mode': '0644', 'unix.owner': '7', perm: 'r' },
    });
  });

  it('keeps the spaces that a name begins with, after the one that is syntax', () => {
    expect(parseMlsxLine('type=dir;   x')).toMatchObject({ name: '  x', type: 'dir' });
  });

  it.each([
    ['OS.unix=slink:../b', { type: 'link', target: '../b' }],
    ['OS.unix=symlink', { type: 'link' }],
    ['OS.unix=chr-5/0', { type: 'other' }],
  ])('reads the type %j', (type, expected) => {
    expect(parseMlsxLine(`type=${type}; x`)).toMatchObject(expected);
  });

  it('reads a line without facts', () => {
    expect(parseMlsxLine(' x')).toEqual({ name: 'x', type: 'file', facts: {} });
  });

  it('cuts a path down to the name', () => {
    expect(parseMlsxLine('type=file; ../../etc/passwd')).toMatchObject({ name: 'passwd' });
  });

  it.each(['type=cdir; .', 'type=pdir; ..', 'type=cdir; /a/b', 'type=dir; ..', 'type=file; a/', 'type=file; a\0b'])(
    'leaves out %j',
    (line) => {
      expect(parseMlsxLine(line)).toBeUndefined();
    },
  );

  it('takes a fact that is no number for absent, and keeps its text', () => {
    const entry = parseMlsxLine('size=many;modify=yesterday;unix.mode=9; x');
    expect(entry).toEqual({ name: 'x', type: 'file', facts: { size: 'many', modify: 'yesterday', 'unix.mode': '9' } });
  });

  it('has no facts from the prototype of objects', () => {
    expect(parseMlsxLine('__proto__=x;type=file; x')?.facts['__proto__']).toBe('x');
    expect(parseMlsxLine('type=file; x')?.facts['constructor']).toBeUndefined();
  });

  it.each(['', 'x', '-rw-r--r-- 1 a b 1 Jan 1 2020 x', 'type=file x'])('refuses %j', (line) => {
    expect(() => parseMlsxLine(line)).toThrow(ProtocolError);
  });

  it('gives a name that stays in its folder for any line', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '=', ';', ' ', '/', '.', '\r', '\0') }), (line) => {
        let entry;
        try {
          entry = parseMlsxLine(line);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
        expect(entry?.name ?? 'none').not.toMatch(/^\.{0,2}$|\/|\r|\0/);
      }),
    );
  });
});
