/**
 * Numeric addresses as text: the strict forms of inet_pton(3) and the canonical ones of inet_ntop(3) and RFC 5952.
 */

/** Writes the four bytes of `a.b.c.d` at `offset`; returns false if the text is anything else. */
export function parseIPv4(text: string, target: Uint8Array, offset: number): boolean {
  let value = 0;
  let digits = 0;
  let part = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i === text.length ? 46 : text.charCodeAt(i);
    if (code === 46) {
      if (digits === 0 || part === 4) return false;
      target[offset + part++] = value;
      value = digits = 0;
    } else {
      // a leading zero would be octal to some, decimal to others
      if (code < 48 || code > 57 || (digits > 0 && value === 0)) return false;
      value = value * 10 + code - 48;
      digits++;
      if (value > 255) return false;
    }
  }
  return part === 4;
}

export function formatIPv4(bytes: Uint8Array, offset: number): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}

/** Writes the sixteen bytes of an IPv6 address without a scope at `offset`; returns false if the text is none. */
export function parseIPv6(text: string, target: Uint8Array, offset: number): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return false;
  const length = head.length + tail.length;
  if (halves.length === 1 ? length !== 16 : length > 14) return false;
  target.fill(0, offset, offset + 16);
  target.set(head, offset);
  target.set(tail, offset + 16 - tail.length);
  return true;
}

/** The bytes of `1:2:3`, with an IPv4 address allowed at the very end; undefined if it is not such a list. */
function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (last && index === groups.length - 1 && group.includes('.')) {
      const quad = new Uint8Array(4);
      if (!parseIPv4(group, quad, 0)) return undefined;
      bytes.push(...quad);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes;
}

export function formatIPv6(bytes: Uint8Array, offset: number): string {
  const groups = Array.from(
    { length: 8 },
    (_, i) => (byte(bytes, offset + 2 * i) << 8) | byte(bytes, offset + 2 * i + 1),
  );
  const [start, length] = longestZeros(groups);
  const mapped = length === 5 && start === 0 && groups[5] === 0xffff;
  const compatible = start === 0 && length === 6;
  const tail = mapped || compatible ? formatIPv4(bytes, offset + 12) : undefined;
  const words = groups.map((group) => group.toString(16));
  if (tail !== undefined) words.splice(6, 2, tail);
  if (length < 2) return words.join(':');
  return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`;
}

/** The longest run of zero groups, the first of equals. */
function longestZeros(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best[1]) best = [start, length];
  }
  return best;
}

function byte(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
