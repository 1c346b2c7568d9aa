/** Numeric addresses as text, against Node's own judgement and CPython's conversions. */
import { execFileSync } from 'node:child_process';
import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from './inet-text.ts';

const bytesOf = (text: string, parse: typeof parseIPv4, size: number): Uint8Array | undefined => {
  const target = new Uint8Array(size + 2).fill(0xaa);
  if (!parse(text, target, 1)) return undefined;
  // nothing is written beside the address
  expect([target[0], target[size + 1]]).toEqual([0xaa, 0xaa]);
  return target.slice(1, size + 1);
};

const ipv4Bytes = fc.uint8Array({ minLength: 4, maxLength: 4 });
/** Sixteen bytes with runs of zeros, as real addresses have. */
const ipv6Bytes = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.nat({ max: 0xffff }) },
      { weight: 1, arbitrary: fc.constant(0xffff) },
    ),
    {
      minLength: 8,
      maxLength: 8,
    },
  )
  .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255])));
/** Text that is nearly an address. */
const nearly = fc
  .array(
    fc.constantFrom('0', '1', '25', '256', '01', 'f', 'FFFF', '12345', '.', '.', ':', ':', '::', '%lo', 'g', ' ', '-'),
    {
      maxLength: 16,
    },
  )
  .map((parts) => parts.join(''));

describe('IPv4', () => {
  test('every address survives its text', () => {
    fc.assert(
      fc.property(ipv4Bytes, (bytes) => {
        expect(bytesOf(formatIPv4(bytes, 0), parseIPv4, 4)).toEqual(bytes);
      }),
    );
  });

  test('only what is an address is taken for one', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, fc.ipV4(), fc.ipV4Extended(), fc.string()), (text) => {
        expect(bytesOf(text, parseIPv4, 4) !== undefined, text).toBe(isIPv4(text));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '1.2.3.256',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '0x7f.0.0.1',
    '1.2.3.-4',
  ])('%o is no address', (text) => expect(bytesOf(text, parseIPv4, 4)).toBe(undefined));
});

describe('IPv6', () => {
  test('every address survives its text', () => {
    fc.assert(
      fc.property(ipv6Bytes, (bytes) => {
        expect(bytesOf(formatIPv6(bytes, 0), parseIPv6, 16)).toEqual(bytes);
      }),
    );
  });

  test('only what is an address is taken for one', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, fc.ipV6(), fc.string()), (text) => {
        // a scope is the resolver's business
        expect(bytesOf(text, parseIPv6, 16) !== undefined, text).toBe(isIPv6(text) && !text.includes('%'));
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:2:0:3:0:4:0', '1:0:2:0:3:0:4:0'],
    ['0:0:1:0:0:1:0:0', '::1:0:0:1:0:0'],
    ['ABCD::EF', 'abcd::ef'],
    ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ['::1.2.3.4', '::1.2.3.4'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
    ['::0001', '::1'],
  ])('%s is written %s', (text, canonical) => {
    expect(formatIPv6(bytesOf(text, parseIPv6, 16) as Uint8Array, 0)).toBe(canonical);
  });
});

test('CPython reads and writes the same addresses', () => {
  const texts = fc.sample(fc.oneof(nearly, fc.ipV6(), fc.ipV4()), 600);
  const addresses = fc.sample(ipv6Bytes, 400).map((bytes) => Buffer.from(bytes).toString('hex'));
  const script = `
import json, socket, sys
def packed(family, text):
    try: return socket.inet_pton(family, text).hex()
    except (OSError, ValueError): return None
texts, addresses = json.load(sys.stdin)
print(json.dumps([[packed(socket.AF_INET, t) for t in texts], [packed(socket.AF_INET6, t) for t in texts],
    [socket.inet_ntop(socket.AF_INET6, bytes.fromhex(a)) for a in addresses]]))`;
  const answer = execFileSync('python3', ['-c', script], { input: JSON.stringify([texts, addresses]) });
  const [inet, inet6, written] = JSON.parse(String(answer)) as [(string | null)[], (string | null)[], string[]];
  const hex = (bytes: Uint8Array | undefined): string | null =>
    bytes === undefined ? null : Buffer.from(bytes).toString('hex');
  for (const [i, text] of texts.entries()) {
    expect(hex(bytesOf(text, parseIPv4, 4)), text).toBe(inet[i]);
    expect(hex(bytesOf(text, parseIPv6, 16)), text).toBe(inet6[i]);
  }
  expect(addresses.map((address) => formatIPv6(Buffer.from(address, 'hex'), 0))).toEqual(written);
});
