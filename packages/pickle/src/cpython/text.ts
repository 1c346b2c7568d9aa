/** UTF-8 as Python's pickle writes it, with lone surrogates (`surrogatepass`), which Node replaces by U+FFFD. */

const replacement = '\ufffd';

/** The text of these bytes; `undefined` if they are not UTF-8. */
export function decodeText(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString('utf8', start, end);
  return text.includes(replacement) ? decodeSlowly(bytes.subarray(start, end)) : text;
}

/** The bytes of a text that is not well-formed. */
export function encodeSurrogates(text: string): Buffer {
  const parts = Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const isAlone = code >= 0xd800 && code <= 0xdfff;
    return isAlone
      ? Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)])
      : Buffer.from(character);
  });
  return Buffer.concat(parts);
}

/** RFC 3629, section 4, without the exclusion of surrogates. */
function decodeSlowly(bytes: Buffer): string | undefined {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    const size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (size === 0 || at + size > bytes.length) return undefined;
    let code = size === 1 ? first : first & (0x7f >> size);
    for (let i = 1; i < size; i++) {
      const next = bytes[at + i] ?? 0;
      if (next >> 6 !== 2) return undefined;
      code = (code << 6) | (next & 63);
    }
    if ((size === 3 && code < 0x800) || (size === 4 && (code < 0x10000 || code > 0x10ffff))) return undefined;
    text += String.fromCodePoint(code);
    at += size;
  }
  return text;
}
