/** Options: what is set is what the kernel then has, for structs as for integers, and wrong values are named. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { OSError } from '@p8/errors';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLeftovers } from '../test/leftovers.ts';
import * as s from './index.ts';
import { options, Socket } from './index.ts';
import { readTcpInfo } from './tcp-info.ts';

checkLeftovers();

async function connected(): Promise<DisposableStack & { readonly client: Socket; readonly server: Socket }> {
  const stack = new DisposableStack();
  using listener = s.createServer(['127.0.0.1', 0]);
  const client = stack.use(await s.createConnection(listener.getsockname()));
  const [server] = await listener.accept();
  return Object.assign(stack, { client, server: stack.use(server) });
}

/** Loopback takes part in multicast only where it is asked by name. */
const DEVICE = 'lo';

describe('setsockopt', () => {
  test('null with a length reaches the kernel as it is', () => {
    using sock = new Socket();
    sock.setsockopt(s.SOL_SOCKET, s.SO_BINDTODEVICE, null, 0);
    expect(() => sock.setsockopt(s.SOL_SOCKET, s.SO_KEEPALIVE, null, 4)).toThrow(
      expect.objectContaining({ code: 'EFAULT', syscall: 'setsockopt' }),
    );
  });

  test.each([
    [null, undefined, 'setsockopt(): a value of null needs a length: optlen'],
    [null, -1, 'setsockopt(): optlen must not be negative: -1'],
    [null, 'x', 'setsockopt(): optlen must be an integer, not "x"'],
    [1, 4, 'setsockopt(): optlen goes with a value of null only'],
  ])('%o, %o: %s', (value, optlen, message) => {
    using sock = new Socket();
    expect(() => sock.setsockopt(s.SOL_SOCKET, s.SO_KEEPALIVE, value as null, optlen as number)).toThrow(message);
  });
});

describe('options', () => {
  test('linger is null, or whole seconds', () => {
    using sock = new Socket();
    expect(options.linger.get(sock)).toBe(null);
    options.linger.set(sock, 0);
    expect(options.linger.get(sock)).toBe(0);
    options.linger.set(sock, 30);
    expect(options.linger.get(sock)).toBe(30);
    options.linger.set(sock, null);
    expect(options.linger.get(sock)).toBe(null);
    expect(() => options.linger.set(sock, 0.5)).toThrow('linger(): whole seconds only, not 0.5');
    expect(() => options.linger.set(sock, -1)).toThrow('timeout must not be negative: -1');
    expect(() => options.linger.set(sock, 2 ** 31)).toThrow('linger(): seconds must fit 31 bits');
  });

  test('linger of 0 resets the connection', async () => {
    using pair = await connected();
    options.linger.set(pair.server, 0);
    pair.server.close();
    await expect(pair.client.recv(1)).rejects.toThrow(expect.objectContaining({ code: 'ECONNRESET' }));
  });

  test('keepalive has its three times, each of which may be left as it was', () => {
    using sock = new Socket();
    expect(options.keepalive.get(sock)).toBe(null);
    options.keepalive.set(sock, { idle: 60, interval: 10, count: 5 });
    expect(options.keepalive.get(sock)).toEqual({ idle: 60, interval: 10, count: 5 });
    options.keepalive.set(sock, { idle: 30 });
    expect(options.keepalive.get(sock)).toEqual({ idle: 30, interval: 10, count: 5 });
    options.keepalive.set(sock, null);
    expect(options.keepalive.get(sock)).toBe(null);
    expect(() => options.keepalive.set(sock, { idle: 0 })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(options.keepalive.get(sock)).toBe(null);
    expect(() => options.keepalive.set(sock, true as never)).toThrow('{ idle, interval, count } or null, not true');
    expect(() => options.keepalive.set(sock, { idle: 1.5 })).toThrow('value must be an integer or bytes, not 1.5');
  });

  test('userTimeout is in seconds', () => {
    using sock = new Socket();
    expect(options.userTimeout.get(sock)).toBe(null);
    options.userTimeout.set(sock, 2.5);
    expect(options.userTimeout.get(sock)).toBe(2.5);
    options.userTimeout.set(sock, null);
    expect(options.userTimeout.get(sock)).toBe(null);
    expect(() => options.userTimeout.set(sock, 0)).toThrow('userTimeout must be more than 0');
    expect(() => options.userTimeout.set(sock, 1e8)).toThrow('userTimeout is too long: 100000000 s');
  });

  test.each([
    ['IPv4', s.AF_INET],
    ['IPv6', s.AF_INET6],
  ])('dscp of %s', (_, family) => {
    using sock = new Socket(family, s.SOCK_DGRAM);
    expect(options.dscp.get(sock)).toBe(0);
    options.dscp.set(sock, 46);
    expect(options.dscp.get(sock)).toBe(46);
    expect(() => options.dscp.set(sock, 64)).toThrow('dscp must be 0-63, not 64');
    expect(() => options.dscp.set(sock, 1.5)).toThrow('dscp must be an integer, not 1.5');
  });

  test('device binds to one by name, and to every one', () => {
    using sock = new Socket();
    expect(options.device.get(sock)).toBe('');
    options.device.set(sock, DEVICE);
    expect(options.device.get(sock)).toBe(DEVICE);
    options.device.set(sock, '');
    expect(options.device.get(sock)).toBe('');
    expect(() => options.device.set(sock, 'nosuch0')).toThrow(expect.objectContaining({ code: 'ENODEV' }));
    expect(() => options.device.set(sock, 1 as never)).toThrow('device must be a string, not 1');
  });

  test('peerCredentials are those of this process', () => {
    const [a, b] = s.socketpair();
    using _a = a;
    using _b = b;
    expect(options.peerCredentials.get(a)).toEqual({
      pid: process.pid,
      uid: process.getuid?.(),
      gid: process.getgid?.(),
    });
  });
});

describe('tcpInfo', () => {
  test('tells the state and what went over the connection', async () => {
    using pair = await connected();
    await pair.client.sendall('x'.repeat(1000));
    await pair.server.recvExactly(1000);
    const info = options.tcpInfo.get(pair.client);
    expect(info.state).toBe('ESTABLISHED');
    expect(info.rtt).toBeGreaterThan(0);
    expect(info.rtt).toBeLessThan(1);
    expect(info.sndCwnd).toBeGreaterThan(0);
    expect(options.tcpInfo.get(pair.server)).toMatchObject({ state: 'ESTABLISHED', bytesReceived: 1000 });
    using sock = new Socket();
    expect(options.tcpInfo.get(sock).state).toBe('CLOSE');
    using listener = s.createServer(['127.0.0.1', 0]);
    expect(options.tcpInfo.get(listener).state).toBe('LISTEN');
  });

  test('an older kernel, which gives less, leaves fields undefined', () => {
    const struct = Buffer.alloc(104);
    struct[0] = 1;
    struct[6] = 0x97;
    struct.writeUInt32LE(200_000, 8);
    struct.writeUInt32LE(1500, 44);
    struct.writeUInt32LE(20_000, 68);
    struct.writeUInt32LE(3, 100);
    const info = readTcpInfo(struct);
    expect(info).toMatchObject({ state: 'ESTABLISHED', sndWscale: 7, rcvWscale: 9, rto: 0.2, rtt: 0.02 });
    expect(info).toMatchObject({ lastDataSent: 1.5, totalRetrans: 3 });
    expect(info).not.toHaveProperty('pacingRate');
  });

  test('any length of any bytes is read, up to the last whole field', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (struct) => {
        const info = readTcpInfo(struct);
        expect(info.pacingRate === undefined).toBe(struct.length < 112);
        expect(info.sndWnd === undefined).toBe(struct.length < 232);
      }),
    );
  });
});

describe('structs', () => {
  test('a timeval has seconds and microseconds', () => {
    const read = (bytes: Uint8Array): bigint[] => [...new BigInt64Array(bytes.buffer)];
    expect(read(s.timeval(2.5))).toEqual([2n, 500_000n]);
    expect(read(s.timeval(null))).toEqual([0n, 0n]);
    using sock = new Socket();
    sock.setsockopt(s.SOL_SOCKET, s.SO_RCVTIMEO, s.timeval(0.25));
    // the kernel counts in its ticks
    expect(sock.getsockopt(s.SOL_SOCKET, s.SO_RCVTIMEO, 16).readUInt32LE(8)).toBeGreaterThan(200_000);
  });

  test.each<[() => unknown, string]>([
    [() => s.ipMreqn('x'), 'ipMreqn(): it takes numeric IPv4 addresses, not "x"'],
    [() => s.ipv6Mreq('239.1.1.1'), 'ipv6Mreq(): it takes numeric IPv6 addresses, not "239.1.1.1"'],
    [() => s.groupReq(''), 'groupReq(): it takes numeric IPv4 addresses, not ""'],
    [() => s.groupReq(1 as never), 'groupReq(): it takes numeric IPv4 addresses, not 1'],
    [() => s.groupSourceReq('ff02::1', '10.0.0.1'), 'it takes numeric IPv6 addresses, not "10.0.0.1"'],
    [() => s.ipMreqn('239.1.1.1', 'nosuch0'), '[Errno 19] No such device'],
  ])('%s is refused', (make, message) => {
    expect(make).toThrow(message);
  });
});

describe('multicast', () => {
  test('a message to a group reaches its members, and nobody after they left', async () => {
    const group = '239.255.80.8';
    using receiver = new Socket(s.AF_INET, s.SOCK_DGRAM);
    receiver.bind(['', 0]);
    const [, port] = receiver.getsockname() as s.InternetAddress;
    s.joinGroup(receiver, group, { device: DEVICE });
    using sender = new Socket(s.AF_INET, s.SOCK_DGRAM);
    s.setMulticastDevice(sender, DEVICE);
    await sender.sendto('to all', [group, port]);
    expect(String(await receiver.recv(100))).toBe('to all');
    s.leaveGroup(receiver, group, { device: DEVICE });
    await sender.sendto('to nobody', [group, port]);
    await sender.sendto('to one', ['127.0.0.1', port]);
    expect(String(await receiver.recv(100))).toBe('to one');
  });

  test.each([
    ['IPv4', s.AF_INET, '239.255.80.9', 'igmp'],
    ['IPv6', s.AF_INET6, 'ff02::80:9', 'igmp6'],
  ])('the kernel lists the memberships of %s', (_, family, group, list) => {
    using sock = new Socket(family, s.SOCK_DGRAM);
    const member = (): boolean => readFileSync(`/proc/net/${list}`, 'utf8').toLowerCase().includes(listed(group));
    s.joinGroup(sock, group, { device: DEVICE });
    expect(member()).toBe(true);
    expect(() => s.joinGroup(sock, group, { device: DEVICE })).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
    s.setMulticastDevice(sock, DEVICE);
    s.leaveGroup(sock, group, { device: DEVICE });
    expect(member()).toBe(false);
    expect(() => s.leaveGroup(sock, group, { device: DEVICE })).toThrow(
      expect.objectContaining({ code: 'EADDRNOTAVAIL' }),
    );
  });

  test('a member of one source hears no other', async () => {
    const group = '232.80.8.8';
    using receiver = new Socket(s.AF_INET, s.SOCK_DGRAM);
    receiver.bind(['', 0]);
    receiver.setsockopt(s.IPPROTO_IP, s.IP_MULTICAST_ALL, false);
    const [, port] = receiver.getsockname() as s.InternetAddress;
    s.joinGroup(receiver, group, { device: DEVICE, source: '127.0.0.2' });
    for (const host of ['127.0.0.1', '127.0.0.2']) {
      using sender = new Socket(s.AF_INET, s.SOCK_DGRAM);
      sender.bind([host, 0]);
      s.setMulticastDevice(sender, DEVICE);
      await sender.sendto(host, [group, port]);
    }
    expect(String(await receiver.recv(100))).toBe('127.0.0.2');
  });
});

describe('a descriptor that is no socket', () => {
  test.each([
    ['/proc/self/status', 'a file'],
    ['/tmp', 'a directory'],
    ['/dev/null', 'a device'],
  ])('%s is %s', (path, kind) => {
    const fileno = openSync(path, 'r');
    const error = catchError(() => new Socket(undefined, undefined, undefined, { fileno }));
    closeSync(fileno);
    expect(error).toBeInstanceOf(OSError);
    expect(error).toMatchObject({
      code: 'ENOTSOCK',
      message: `[Errno 88] Socket operation on non-socket: descriptor ${fileno} is ${kind}`,
    });
  });
});

/** A group as the lists of /proc/net show it: the bytes of IPv4 as a number of the machine. */
function listed(group: string): string {
  if (group.includes(':')) return s.inetPton(s.AF_INET6, group).toString('hex');
  return s.inetAton(group).readUInt32LE(0).toString(16).padStart(8, '0');
}

function catchError(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
