import { resolve, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bareName, isArgument, printable } from './names.ts';

describe('bareName', () => {
  it.each([
    ['notes.txt', 'notes.txt'],
    ['a/b/notes.txt', 'notes.txt'],
    ['../../.ssh/authorized_keys', 'authorized_keys'],
    [' begins with a space', ' begins with a space'],
    ['...', '...'],
    ['back\\slash', 'back\\slash'],
  ])('makes %j %j', (listed, name) => {
    expect(bareName(listed)).toBe(name);
  });

  it.each(['', '.', '..', 'a/', 'a/..', '/', 'a\0b', 'a\rb', 'a\nDELE b'])('finds nothing usable in %j', (listed) => {
    expect(bareName(listed)).toBeUndefined();
  });

  it('always stays in the folder it is joined to, and can be an argument', () => {
    const unit = fc.constantFrom('.', '/', 'a', '\0', '\r', '\n', ' ', '\\');
    fc.assert(
      fc.property(fc.string({ unit }), (listed) => {
        const name = bareName(listed);
        if (name === undefined) return;
        expect(resolve(`${sep}folder`, name)).toBe(`${sep}folder${sep}${name}`);
        expect(isArgument(name)).toBe(true);
      }),
    );
  });
});

describe('printable', () => {
  it('shows what a terminal would obey', () => {
    expect(printable('a\x1b[2Jb\r\n\x9b\u202ec')).toBe('a\\x1b[2Jb\\x0d\\x0a\\x9b\\u202ec');
  });

  it('leaves text of any language as it is', () => {
    expect(printable('Grüße, 日本語 \u{1f600}')).toBe('Grüße, 日本語 \u{1f600}');
  });
});
