/** Addresses: what each family takes, what it refuses, and that the kernel gives back what it was given. */
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Folder } from '../test/connected.ts';
import { checkLeftovers } from '../test/leftovers.ts';
import { decodeSender, encodeAddress, sockaddrBuffer } from './address.ts';
import * as s from './index.ts';
import { Socket } from './index.ts';

checkLeftovers();

function bindTo(family: number, address: unknown): s.Address {
  using sock = new Socket(family, s.SOCK_DGRAM);
  sock.bind(address as s.Address);
  return sock.getsockname();
}

describe('AF_INET and AF_INET6', () => {
  test('addresses met before, and more of them than are remembered, stay what they are', () => {
    const octet = fc.nat({ max: 3 });
    const addresses = fc.array(fc.tuple(octet, octet, fc.constantFrom(1, 256, 257, 65_535)), { maxLength: 50 });
    const roundTrip = (host: string, port: number): void => {
      const buffer = sockaddrBuffer();
      const sockaddr = encodeAddress(s.AF_INET, [host, port], 'test') as Uint8Array;
      buffer.set(sockaddr);
      new DataView(buffer.buffer).setUint32(buffer.length - 4, sockaddr.length, true);
      expect([...sockaddr.subarray(2, 8)]).toEqual([port >> 8, port & 255, ...host.split('.').map(Number)]);
      expect(decodeSender(buffer)).toEqual([host, port]);
    };
    fc.assert(
      fc.property(addresses, (list) => {
        for (const [a, b, port] of list) roundTrip(`10.${a}.0.${b}`, port);
      }),
    );
    for (let port = 1; port < 3000; port++) roundTrip('10.0.0.1', port);
  });

  test.each([
    ['x', 'bind(): AF_INET address must be [host, port], not "x"', 'TypeError'],
    [undefined, 'bind(): AF_INET address must be [host, port], not undefined', 'TypeError'],
    [null, 'bind(): AF_INET address must be [host, port], not null', 'TypeError'],
    [['127.0.0.1'], 'bind(): AF_INET address must be [host, port], not an array of 1', 'TypeError'],
    [['127.0.0.1', 1, 2], 'bind(): AF_INET address must be [host, port], not an array of 3', 'TypeError'],
    [[1, 1], 'bind(): host must be a string, not 1', 'TypeError'],
    [['127.0.0.1', '80'], 'bind(): port must be an integer, not "80"', 'TypeError'],
    [['127.0.0.1', 80.5], 'bind(): port must be an integer, not 80.5', 'TypeError'],
    [['127.0.0.1', Number.NaN], 'bind(): port must be an integer, not NaN', 'TypeError'],
    [['127.0.0.1', -1], 'bind(): port must be 0-65535, not -1', 'OverflowError'],
    [['127.0.0.1', 65_536], 'bind(): port must be 0-65535, not 65536', 'OverflowError'],
  ])('AF_INET refuses %o', (address, message, name) => {
    expect(() => bindTo(s.AF_INET, address)).toThrow(expect.objectContaining({ name, message }));
  });

  test.each([
    [['::1', 0, -1], 'flowinfo'],
    [['::1', 0, 2 ** 20], 'flowinfo'],
    [['::1', 0, 0, -1], 'scopeid'],
    [['::1', 0, 0, 2 ** 32], 'scopeid'],
    [['::1', 0, 0, 0, 0], 'AF_INET6 address must be [host, port, flowinfo, scopeid]'],
  ])('AF_INET6 refuses %o', (address, named) => {
    expect(() => bindTo(s.AF_INET6, address)).toThrow(named);
  });

  test('an address of the other family is a gaierror', () => {
    expect(() => bindTo(s.AF_INET, ['::1', 0])).toThrow(expect.objectContaining({ code: 'EAI_ADDRFAMILY' }));
    expect(() => bindTo(s.AF_INET6, ['127.0.0.1', 0])).toThrow(expect.objectContaining({ name: 'gaierror' }));
  });

  test('every loopback address comes back as it was given', () => {
    fc.assert(
      fc.property(fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 255 }), fc.integer({ min: 1, max: 254 })), (rest) => {
        const host = `127.${rest.join('.')}`;
        expect(bindTo(s.AF_INET, [host, 0])).toEqual([host, expect.any(Number)]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('AF_UNIX', () => {
  test('a path has room for 107 bytes, and one more is told with the fix', () => {
    using folder = new Folder();
    const fitting = folder.file('x').padEnd(107, 'x');
    expect(bindTo(s.AF_UNIX, fitting)).toBe(fitting);
    expect(existsSync(fitting)).toBe(true);
    const code = 'ENAMETOOLONG';
    const message =
      'AF_UNIX path too long: 108 bytes, at most 107; use a shorter path, or one relative to the current folder';
    expect(() => bindTo(s.AF_UNIX, `${fitting}x`)).toThrow(expect.objectContaining({ code, message, syscall: 'bind' }));
    expect(() => bindTo(s.AF_UNIX, 'é'.repeat(54))).toThrow('108 bytes');
  });

  test('a path is bytes: other encodings come back as bytes', () => {
    using folder = new Folder();
    const path = Buffer.concat([Buffer.from(folder.file('name-')), Buffer.of(0xff)]);
    expect(bindTo(s.AF_UNIX, path)).toEqual(path);
    expect(bindTo(s.AF_UNIX, folder.file('héé'))).toBe(folder.file('héé'));
  });

  test('a path that exists is in use', () => {
    using folder = new Folder();
    bindTo(s.AF_UNIX, folder.file('a'));
    expect(() => bindTo(s.AF_UNIX, folder.file('a'))).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
  });

  test.each([
    [5, 'bind(): AF_UNIX address must be a path or bytes, not 5'],
    [['/a', 0], 'bind(): AF_UNIX address must be a path or bytes, not an array'],
    [undefined, 'not undefined'],
    ['/a\0b', 'bind(): a path must not hold a zero byte; begin with one for an abstract name'],
  ])('%o is refused', (address, message) => {
    expect(() => bindTo(s.AF_UNIX, address)).toThrow(message);
  });

  test('an abstract name may hold anything, and fills all 108 bytes', () => {
    const unique = `${process.pid}-${Date.now()}`;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (rest) => {
        const name = Buffer.concat([Buffer.of(0), Buffer.from(unique), rest]);
        expect(bindTo(s.AF_UNIX, name)).toEqual(name);
      }),
      { numRuns: 50 },
    );
    const longest = Buffer.from(`\0${unique}`.padEnd(108, 'x'));
    expect(bindTo(s.AF_UNIX, longest)).toEqual(longest);
    expect(() => bindTo(s.AF_UNIX, Buffer.concat([longest, Buffer.of(1)]))).toThrow('109 bytes, at most 108');
    using sock = new Socket(s.AF_UNIX);
    expect(() => sock.connectSync(longest)).toThrow(expect.objectContaining({ code: 'ECONNREFUSED' }));
  });

  test('an abstract name can be written as a string', () => {
    const name = `\0p8-${process.pid}-text`;
    expect(bindTo(s.AF_UNIX, name)).toEqual(Buffer.from(name));
  });

  test('the empty name asks the kernel for one', () => {
    expect(String(bindTo(s.AF_UNIX, ''))).toMatch(/^\0[0-9a-f]{5}$/);
  });
});
