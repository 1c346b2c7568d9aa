/** Listening sockets in one call. */
import { expect, test } from 'vitest';
import { portOf } from '../test/connected.ts';
import { checkLeftovers } from '../test/leftovers.ts';
import * as s from './index.ts';
import { createConnectionSync, createServer, hasDualstackIpv6 } from './index.ts';

checkLeftovers();

test('listens on the address, which can be used again at once', () => {
  using listener = createServer(['127.0.0.1', 0]);
  expect(listener.getsockname()).toEqual(['127.0.0.1', expect.any(Number)]);
  expect(listener.getsockopt(s.SOL_SOCKET, s.SO_ACCEPTCONN)).toBe(1);
  expect(listener.getsockopt(s.SOL_SOCKET, s.SO_REUSEADDR)).toBe(1);
});

test('an address in use is in the error, and nothing is left open', () => {
  using listener = createServer(['127.0.0.1', 0]);
  const address = listener.getsockname() as s.InternetAddress;
  expect(() => createServer(address)).toThrow(expect.objectContaining({ code: 'EADDRINUSE', address }));
  expect(() => createServer(address)).toThrow(`[Errno 98] Address already in use (bind 127.0.0.1:${address[1]})`);
});

test('several sockets may share a port where all of them say so', () => {
  using first = createServer(['127.0.0.1', 0], { reusePort: true });
  using second = createServer(first.getsockname(), { reusePort: true });
  expect(second.getsockname()).toEqual(first.getsockname());
  expect(() => createServer(first.getsockname() as s.InternetAddress)).toThrow('Address already in use');
});

test('IPv6 is IPv6 only, unless it shall serve both', () => {
  using plain = createServer(['::1', 0], { family: s.AF_INET6 });
  expect(plain.getsockopt(s.IPPROTO_IPV6, s.IPV6_V6ONLY)).toBe(1);
  expect(hasDualstackIpv6()).toBe(true);
  using both = createServer(['', 0], { family: s.AF_INET6, dualstackIpv6: true });
  using client = createConnectionSync(['127.0.0.1', portOf(both)]);
  const [accepted, address] = both.acceptSync();
  expect(address).toEqual(['::ffff:127.0.0.1', portOf(client), 0, 0]);
  accepted.close();
});

test('options that do not go together are refused', () => {
  expect(() => createServer(['', 0], { dualstackIpv6: true })).toThrow('dualstackIpv6 needs family: AF_INET6');
  expect(() => createServer(['', 0], { backlog: 1.5 })).toThrow('listen(): backlog must be an integer');
  expect(() => createServer(['127.0.0.1', 70_000])).toThrow('bind(): port must be 0-65535, not 70000');
});

test('a backlog of 0 is enough for one connection at a time', () => {
  using listener = createServer(['127.0.0.1', 0], { backlog: 0 });
  using client = createConnectionSync(listener.getsockname());
  const [accepted, address] = listener.acceptSync();
  expect(address).toEqual(client.getsockname());
  accepted.close();
});
