/** The texts of protocol 0: a line each, with escapes. */
import { isAscii, type Reader } from './reader.ts';

/** `raw-unicode-escape`: Latin-1, and `\uXXXX` or `\UXXXXXXXX` for the rest. */
export function rawUnicode(input: Reader): string {
  const line = input.line();
  if (!line.includes('\\')) return line;
  let text = '';
  for (let at = 0; at < line.length;) {
    const mark = line.charAt(at) === '\\' ? line.charAt(at + 1) : '';
    const digits = mark === 'u' ? 4 : mark === 'U' ? 8 : 0;
    const size = digits > 0 ? digits + 2 : mark === '' ? 1 : 2;
    text += digits > 0 ? character(input, line.slice(at + 2, at + size), digits) : line.slice(at, at + size);
    at += size;
  }
  return text;
}

/** A str of Python 2 as its `repr`, ASCII only. */
export function pythonString(input: Reader): string {
  const line = input.line();
  const quote = line.charAt(0);
  if (line.length < 2 || (quote !== "'" && quote !== '"') || !line.endsWith(quote))
    throw input.error('its string has no quotes');
  let text = '';
  for (let at = 1; at < line.length - 1;) {
    const next = line.charAt(at) === '\\' ? line.charAt(at + 1) : undefined;
    const size = next === undefined ? 1 : next === 'x' ? 4 : 2;
    text += next === undefined ? line.charAt(at) : escaped(input, next, line.slice(at + 2, at + 4));
    at += size;
  }
  if (!isAscii(text)) throw input.error('its string of Python 2 is not ASCII: dump it as unicode there');
  return text;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };

function escaped(input: Reader, next: string, digits: string): string {
  if (next === 'x') return character(input, digits, 2);
  const text = Object.hasOwn(escapes, next) ? escapes[next] : undefined;
  if (text === undefined) throw input.error(`its string has an escape that Python does not write: \\${next}`);
  return text;
}

function character(input: Reader, digits: string, count: number): string {
  const code = digits.length === count && isHexadecimal(digits) ? Number.parseInt(digits, 16) : Infinity;
  if (code > 0x10ffff) throw input.error('its text has a broken escape');
  return String.fromCodePoint(code);
}

function isHexadecimal(digits: string): boolean {
  return Array.from(digits).every((digit) => '0123456789abcdefABCDEF'.includes(digit));
}
