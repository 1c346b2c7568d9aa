/** A socket's life: made, named, configured, used as a stream in both forms, closed. */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { ResourceWarning, catchWarnings } from '@p8/errors';
import { describe, expect, test } from 'vitest';
import { forms } from '../test/forms.ts';
import { checkLeftovers, descriptors } from '../test/leftovers.ts';
import { streams, tcpPair } from '../test/connected.ts';
import * as s from './index.ts';
import { Socket, createServer, socketpair } from './index.ts';

checkLeftovers();

const PATTERN = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
const pattern = (length: number): Buffer => Buffer.alloc(length, PATTERN);

describe('the constructor', () => {
  test('makes a TCP socket over IPv4 unless told otherwise', () => {
    using sock = new Socket();
    expect([sock.family, sock.type, sock.proto]).toEqual([s.AF_INET, s.SOCK_STREAM, 0]);
    expect(sock.fileno()).toBeGreaterThan(2);
    expect(sock.closed).toBe(false);
  });

  test('socket() is the same without new', () => {
    using sock = s.socket(s.AF_INET6, s.SOCK_DGRAM, s.IPPROTO_UDP);
    expect(sock).toBeInstanceOf(Socket);
    expect([sock.family, sock.type, sock.proto]).toEqual([s.AF_INET6, s.SOCK_DGRAM, s.IPPROTO_UDP]);
  });

  test('leaves the flags out of the type', () => {
    using sock = new Socket(s.AF_UNIX, s.SOCK_STREAM | (s.SOCK_NONBLOCK ?? 0) | (s.SOCK_CLOEXEC ?? 0));
    expect(sock.type).toBe(s.SOCK_STREAM);
  });

  test.each([
    ['family', 9999, undefined, undefined, 'EAFNOSUPPORT'],
    ['type', s.AF_INET, 99, undefined, 'EINVAL'],
    ['proto', s.AF_INET, s.SOCK_STREAM, s.IPPROTO_UDP, 'EPROTONOSUPPORT'],
  ])('raises the error of socket(2) for a wrong %s', (_, family, type, proto, code) => {
    expect(() => new Socket(family, type, proto)).toThrow(expect.objectContaining({ code, syscall: 'socket' }));
  });

  test.each([
    ['family', ['2' as unknown as number]],
    ['type', [2, 1.5]],
    ['proto', [2, 1, Number.NaN]],
  ])('names a %s that is no integer', (name, args) => {
    expect(() => new Socket(...(args as [number]))).toThrow(new RegExp(`socket\\(\\): ${name} must be an integer`));
  });

  test('adopts a descriptor and reads from it what is not given', () => {
    const fileno = new Socket(s.AF_INET6, s.SOCK_DGRAM).detach();
    using sock = new Socket(undefined, undefined, undefined, { fileno });
    expect([sock.fileno(), sock.family, sock.type, sock.proto]).toEqual([
      fileno,
      s.AF_INET6,
      s.SOCK_DGRAM,
      s.IPPROTO_UDP,
    ]);
  });

  test('refuses to adopt what is no descriptor of a socket', () => {
    const adopt = (fileno: number) => () => new Socket(undefined, undefined, undefined, { fileno });
    expect(adopt(-1)).toThrow('fileno must not be negative');
    expect(adopt(1.5)).toThrow('fileno must be an integer');
    expect(adopt(99_999)).toThrow(expect.objectContaining({ code: 'EBADF' }));
    const file = openSync('/dev/null', 'r');
    expect(adopt(file)).toThrow(expect.objectContaining({ code: 'ENOTSOCK' }));
    closeSync(file);
  });
});

describe('names', () => {
  test('an unbound socket has the empty address of its family', () => {
    using inet = new Socket();
    using inet6 = new Socket(s.AF_INET6);
    using unix = new Socket(s.AF_UNIX);
    expect(inet.getsockname()).toEqual(['0.0.0.0', 0]);
    expect(inet6.getsockname()).toEqual(['::', 0, 0, 0]);
    expect(unix.getsockname()).toBe('');
  });

  test('getpeername raises ENOTCONN without a peer', () => {
    using sock = new Socket();
    expect(() => sock.getpeername()).toThrow(expect.objectContaining({ code: 'ENOTCONN', syscall: 'getpeername' }));
  });

  test.each(streams.slice(0, 2))('%s: each end knows both addresses', (_, open) => {
    const [client, server] = open();
    expect(client.getpeername()).toEqual(server.getsockname());
    expect(server.getpeername()).toEqual(client.getsockname());
    client.close();
    server.close();
  });

  test('binds to every interface for an empty host, and to a looked-up name', () => {
    using any = new Socket();
    any.bind(['', 0]);
    expect(any.getsockname()).toEqual(['0.0.0.0', expect.any(Number)]);
    using named = new Socket();
    named.settimeout(0); // the limit of the socket's calls is not one for a look-up that bind cannot do without
    named.bind(['localhost', 0]);
    expect(named.getsockname()).toEqual(['127.0.0.1', expect.any(Number)]);
  });

  test('bind raises the errors of the kernel, with the address', () => {
    using listener = createServer(['127.0.0.1', 0]);
    using sock = new Socket();
    const address = listener.getsockname();
    expect(() => sock.bind(address)).toThrow(expect.objectContaining({ code: 'EADDRINUSE', syscall: 'bind', address }));
    expect(() => sock.bind(['203.0.113.7', 0])).toThrow(expect.objectContaining({ code: 'EADDRNOTAVAIL' }));
    sock.bind(['127.0.0.1', 0]);
    expect(() => sock.bind(['127.0.0.1', 0])).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });

  test('listen takes a backlog from 0 up, and a negative one as 0', () => {
    using sock = new Socket();
    sock.bind(['127.0.0.1', 0]);
    sock.listen(-1);
    sock.listen(0);
    sock.listen();
    expect(() => sock.listen(Number.NaN)).toThrow(TypeError);
    expect(() => sock.listen(2 ** 31)).toThrow('listen(): backlog');
    expect(sock.getsockopt(s.SOL_SOCKET, s.SO_ACCEPTCONN)).toBe(1);
  });
});

describe('options', () => {
  test('are integers, booleans or bytes', () => {
    using sock = new Socket();
    sock.setsockopt(s.SOL_SOCKET, s.SO_KEEPALIVE, true);
    expect(sock.getsockopt(s.SOL_SOCKET, s.SO_KEEPALIVE)).toBe(1);
    sock.setsockopt(s.SOL_SOCKET, s.SO_KEEPALIVE, false);
    expect(sock.getsockopt(s.SOL_SOCKET, s.SO_KEEPALIVE)).toBe(0);
    sock.setsockopt(s.SOL_SOCKET, s.SO_RCVBUF, 50_000);
    expect(sock.getsockopt(s.SOL_SOCKET, s.SO_RCVBUF)).toBe(100_000); // socket(7): the kernel doubles it
    sock.setsockopt(s.SOL_SOCKET, s.SO_LINGER, Int32Array.of(1, 7));
    expect(sock.getsockopt(s.SOL_SOCKET, s.SO_LINGER, 8)).toEqual(Buffer.from([1, 0, 0, 0, 7, 0, 0, 0]));
    sock.setsockopt(s.IPPROTO_TCP, s.TCP_NODELAY, 1);
    expect(sock.getsockopt(s.IPPROTO_TCP, s.TCP_NODELAY)).toBe(1);
  });

  test('come as bytes of the length that the kernel gave', () => {
    using sock = new Socket();
    expect(sock.getsockopt(s.SOL_SOCKET, s.SO_TYPE, 4)).toEqual(Buffer.from([1, 0, 0, 0]));
    expect(sock.getsockopt(s.SOL_SOCKET, s.SO_TYPE, 1024).length).toBe(4);
    expect(sock.getsockopt(s.SOL_SOCKET, s.SO_TYPE, 2).length).toBe(2);
  });

  test.each([0, -1, 1025, Number.NaN, 1.5])('getsockopt names a buflen of %s', (buflen) => {
    using sock = new Socket();
    expect(() => sock.getsockopt(s.SOL_SOCKET, s.SO_TYPE, buflen)).toThrow('getsockopt(): buflen must be');
  });

  test('the kernel refuses what it does not know', () => {
    using sock = new Socket();
    expect(() => sock.setsockopt(s.SOL_SOCKET, 9999, 1)).toThrow(expect.objectContaining({ code: 'ENOPROTOOPT' }));
    expect(() => sock.getsockopt(12_345, 1)).toThrow(expect.objectContaining({ errno: 95, syscall: 'getsockopt' }));
  });

  test('arguments of a wrong type are named, not taken for 0', () => {
    using sock = new Socket();
    const wrong = undefined as unknown as number;
    expect(() => sock.setsockopt(wrong, s.SO_KEEPALIVE, 1)).toThrow('setsockopt(): level must be an integer');
    expect(() => sock.setsockopt(s.SOL_SOCKET, wrong, 1)).toThrow('setsockopt(): name must be an integer');
    expect(() => sock.setsockopt(s.SOL_SOCKET, s.SO_KEEPALIVE, 1.5)).toThrow('setsockopt(): value must be');
    expect(() => sock.setsockopt(s.SOL_SOCKET, s.SO_RCVBUF, 2 ** 31)).toThrow('setsockopt(): value must');
    expect(() => sock.setsockopt(s.SOL_SOCKET, s.SO_KEEPALIVE, null as unknown as number)).toThrow('setsockopt()');
    expect(() => sock.getsockopt(wrong, 1)).toThrow('getsockopt(): level must be an integer');
    expect(() => sock.getsockopt(1, wrong)).toThrow('getsockopt(): name must be an integer');
    expect(() => sock.shutdown(wrong)).toThrow('shutdown(): how must be an integer');
  });
});

describe('time limits', () => {
  test('settimeout, setblocking and their getters are one setting', () => {
    using sock = new Socket();
    const state = (): unknown[] => [sock.gettimeout(), sock.getblocking(), sock.timeout];
    expect(state()).toEqual([null, true, null]);
    sock.settimeout(2.5);
    expect(state()).toEqual([2.5, true, 2.5]);
    sock.setblocking(false);
    expect(state()).toEqual([0, false, 0]);
    sock.setblocking(true);
    expect(state()).toEqual([null, true, null]);
  });

  test.each([
    [-1, 'ValueError'],
    [Number.NaN, 'ValueError'],
    [Infinity, 'OverflowError'],
    [1e100, 'OverflowError'],
    ['1', 'TypeError'],
    [undefined, 'TypeError'],
  ])('a timeout of %s is refused and changes nothing', (timeout, name) => {
    using sock = new Socket();
    expect(() => sock.settimeout(timeout as number)).toThrow(expect.objectContaining({ name }));
    expect(() => s.setdefaulttimeout(timeout as number)).toThrow(expect.objectContaining({ name }));
    expect(sock.gettimeout()).toBe(null);
    expect(s.getdefaulttimeout()).toBe(null);
  });

  test('the default timeout is that of sockets made from then on, accepted ones too', () => {
    using before = new Socket();
    s.setdefaulttimeout(7);
    try {
      const [client, server] = tcpPair();
      expect([before.gettimeout(), client.gettimeout(), server.gettimeout()]).toEqual([null, 7, 7]);
      client.close();
      server.close();
    } finally {
      s.setdefaulttimeout(null);
    }
  });

  test('an accepted socket does not take the limit of its listener', async () => {
    using listener = createServer(['127.0.0.1', 0]);
    using client = new Socket();
    client.connectSync(listener.getsockname());
    listener.settimeout(5);
    const [accepted] = await listener.accept();
    expect(accepted.gettimeout()).toBe(null);
    accepted.close();
  });
});

describe.each(forms)('%s calls of a stream', (_, call) => {
  describe.each(streams)('%s', (_kind, open) => {
    test('bytes sent arrive, and an empty result is the end', async () => {
      const [a, b] = open();
      await call.sendall(a, 'hällo');
      expect(String(await call.recv(b, 100))).toBe('hällo');
      expect(await call.send(b, Buffer.from('back'))).toBe(4);
      expect(String(await call.recv(a, 2))).toBe('ba');
      expect(String(await call.recv(a, 100))).toBe('ck');
      a.close();
      expect(await call.recv(b, 100)).toEqual(Buffer.alloc(0));
      expect(await call.recv(b, 100)).toEqual(Buffer.alloc(0));
      b.close();
    });

    test('what was received lies in memory that others use too: it can be copied to a thread, not given away', async () => {
      const [a, b] = open();
      await call.sendall(a, 'one');
      const data = await call.recv(b, 100);
      expect(() => structuredClone(data, { transfer: [data.buffer as ArrayBuffer] })).toThrow(/transfer/);
      expect(structuredClone(data)).toEqual(new Uint8Array(Buffer.from('one')));
      await call.sendall(a, 'two');
      expect(String(await call.recv(b, 100))).toBe('two');
      a.close();
      b.close();
    });

    test('any view of bytes can be sent, and received into', async () => {
      const [a, b] = open();
      const shared = new SharedArrayBuffer(4);
      new Uint8Array(shared).set([1, 2, 3, 4]);
      for (const data of [Uint16Array.of(513, 1027), shared, Uint8Array.of(1, 2, 3, 4).buffer, new DataView(shared)]) {
        await call.sendall(a, data);
        expect(await call.recv(b, 10)).toEqual(Buffer.from([1, 2, 3, 4]));
      }
      await call.sendall(a, Uint8Array.of(9, 8, 7, 6, 5));
      const target = new Uint16Array(2);
      expect(await call.recvInto(b, target, 3)).toBe(3);
      expect(new Uint8Array(target.buffer)).toEqual(Uint8Array.of(9, 8, 7, 0));
      expect(await call.recvInto(b, shared)).toBe(2);
      expect(new Uint8Array(shared)).toEqual(Uint8Array.of(6, 5, 3, 4));
      a.close();
      expect(await call.recvInto(b, target)).toBe(0);
      b.close();
    });

    test('recvfrom and recvfromInto give the data of a stream too', async () => {
      const [a, b] = open();
      await call.sendall(a, 'abcdef');
      const [data] = await call.recvfrom(b, 2);
      expect(String(data)).toBe('ab');
      const target = Buffer.alloc(8, '.');
      const [count] = await call.recvfromInto(b, target, 3);
      expect([count, String(target)]).toEqual([3, 'cde.....']);
      a.close();
      b.close();
    });

    test('nothing asked for is given at once', async () => {
      const [a, b] = open();
      expect(await call.recv(b, 0)).toEqual(Buffer.alloc(0));
      expect(await call.recvInto(b, Buffer.alloc(0))).toBe(0);
      await call.sendall(a, '');
      expect(await call.send(a, '')).toBe(0);
      await call.sendall(a, 'x');
      expect(await call.recv(b, 0)).toEqual(Buffer.alloc(0));
      expect(String(await call.recv(b, 9))).toBe('x');
      a.close();
      b.close();
    });

    test('MSG_PEEK leaves the bytes where they are', async () => {
      const [a, b] = open();
      await call.sendall(a, 'abc');
      expect(String(await call.recv(b, 2, s.MSG_PEEK))).toBe('ab');
      const target = Buffer.alloc(3);
      expect(await call.recvInto(b, target, 0, s.MSG_PEEK)).toBe(3);
      const [data] = await call.recvfrom(b, 9, s.MSG_PEEK);
      expect(String(data)).toBe('abc');
      expect(String(await call.recv(b, 9))).toBe('abc');
      a.close();
      b.close();
    });

    test('MSG_DONTWAIT does not wait, whatever the limit', async () => {
      const [a, b] = open();
      b.settimeout(60);
      const wouldBlock = { name: 'BlockingIOError', code: 'EAGAIN' };
      await expect(call.recv(b, 1, s.MSG_DONTWAIT)).rejects.toMatchObject(wouldBlock);
      await expect(call.recv(b, 100_000, s.MSG_DONTWAIT)).rejects.toMatchObject(wouldBlock);
      await expect(call.recvInto(b, Buffer.alloc(1), 0, s.MSG_DONTWAIT)).rejects.toMatchObject(wouldBlock);
      await expect(call.recvfrom(b, 1, s.MSG_DONTWAIT)).rejects.toMatchObject(wouldBlock);
      await expect(call.recvfromInto(b, Buffer.alloc(1), 0, s.MSG_DONTWAIT)).rejects.toMatchObject(wouldBlock);
      await expect(call.sendall(a, pattern(32e6), s.MSG_DONTWAIT)).rejects.toMatchObject(wouldBlock);
      await expect(call.send(a, 'x', s.MSG_DONTWAIT)).rejects.toMatchObject(wouldBlock);
      a.close();
      b.close();
    });

    test('MSG_WAITALL gives all that was asked for, and what there is at the end', async () => {
      const [a, b] = open();
      await call.sendall(a, 'abc');
      await call.sendall(a, 'def');
      expect(String(await call.recv(b, 5, s.MSG_WAITALL))).toBe('abcde');
      a.close();
      expect(String(await call.recv(b, 5, s.MSG_WAITALL))).toBe('f');
      expect(String(await call.recv(b, 5, s.MSG_WAITALL))).toBe('');
      b.close();
    });

    test('MSG_WAITALL loses nothing at a time limit', async () => {
      const [a, b] = open();
      await call.sendall(a, 'abc');
      b.settimeout(0.01);
      expect(String(await call.recv(b, 5, s.MSG_WAITALL))).toBe('abc');
      await expect(call.recv(b, 5, s.MSG_WAITALL)).rejects.toThrow('timed out');
      a.close();
      b.close();
    });

    test('a half-closed stream is still received from', async () => {
      const [a, b] = open();
      await call.sendall(a, 'request');
      a.shutdown(s.SHUT_WR);
      expect(String(await call.recv(b, 100))).toBe('request');
      expect(String(await call.recv(b, 100))).toBe('');
      await call.sendall(b, 'response');
      b.close();
      expect(String(await call.recv(a, 100))).toBe('response');
      expect(String(await call.recv(a, 100))).toBe('');
      await expect(call.sendall(a, 'x')).rejects.toMatchObject({ name: 'BrokenPipeError', code: 'EPIPE' });
      await expect(call.send(a, 'x')).rejects.toMatchObject({ code: 'EPIPE', syscall: 'send' });
      a.close();
    });

    test('a limit ends a receive, and the socket is as good as before', async () => {
      const [a, b] = open();
      b.settimeout(0.01);
      const timedOut = { name: 'TimeoutError', message: 'timed out' };
      await expect(call.recv(b, 1)).rejects.toMatchObject({ ...timedOut, syscall: 'recv' });
      await expect(call.recvInto(b, Buffer.alloc(1))).rejects.toMatchObject({ ...timedOut, syscall: 'recv_into' });
      await expect(call.recvfrom(b, 1)).rejects.toMatchObject({ ...timedOut, syscall: 'recvfrom' });
      await expect(call.recvfromInto(b, Buffer.alloc(1))).rejects.toMatchObject(timedOut);
      await call.sendall(a, 'x');
      expect(String(await call.recv(b, 1))).toBe('x');
      a.close();
      b.close();
    });

    test('sendall bounded by a limit tells how much went out', async () => {
      const [a, b] = open();
      a.settimeout(0.02);
      const data = pattern(32e6);
      const failure: unknown = await call.sendall(a, data).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'TimeoutError', message: 'timed out', bytesSent: expect.any(Number) });
      const { bytesSent } = failure as s.SendallError;
      expect(bytesSent).toBeGreaterThan(0);
      expect(bytesSent).toBeLessThan(data.length);
      a.close();
      expect((await call.recv(b, data.length, s.MSG_WAITALL)).equals(data.subarray(0, bytesSent))).toBe(true);
      b.close();
    });

    test('without waiting, sendall raises BlockingIOError with what went out', async () => {
      const [a, b] = open();
      a.settimeout(0);
      const failure = await call.sendall(a, pattern(32e6)).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'BlockingIOError', syscall: 'sendall', bytesSent: expect.any(Number) });
      const { bytesSent } = failure as s.SendallError;
      a.close();
      expect((await call.recv(b, 32e6, s.MSG_WAITALL)).length).toBe(bytesSent);
      b.close();
    });
  });

  test('connections come in the order of their arrival, with their addresses', async () => {
    using listener = createServer(['127.0.0.1', 0]);
    using first = new Socket();
    using second = new Socket();
    await call.connect(first, listener.getsockname());
    await call.connect(second, listener.getsockname());
    for (const client of [first, second]) {
      const [accepted, address] = await call.accept(listener);
      expect(address).toEqual(client.getsockname());
      expect([accepted.family, accepted.type]).toEqual([s.AF_INET, s.SOCK_STREAM]);
      accepted.close();
    }
  });

  test('accept on what does not listen is refused', async () => {
    using sock = new Socket();
    await expect(call.accept(sock)).rejects.toMatchObject({ code: 'EINVAL', syscall: 'accept' });
  });

  test('accept has a limit', async () => {
    using listener = createServer(['127.0.0.1', 0]);
    listener.settimeout(0.01);
    await expect(call.accept(listener)).rejects.toMatchObject({ name: 'TimeoutError', syscall: 'accept' });
    listener.settimeout(0);
    await expect(call.accept(listener)).rejects.toMatchObject({ name: 'BlockingIOError', syscall: 'accept' });
  });

  test('data that came before a reset is received, then the reset, then the end', async () => {
    const [a, b] = tcpPair();
    await call.sendall(a, 'never read');
    await call.sendall(b, 'last words');
    b.close(); // with unread data: RST instead of FIN
    expect(String(await call.recv(a, 100))).toBe('last words');
    await expect(call.recv(a, 100)).rejects.toMatchObject({ name: 'ConnectionResetError', code: 'ECONNRESET' });
    expect(String(await call.recv(a, 100))).toBe('');
    await expect(call.send(a, 'x')).rejects.toMatchObject({ code: 'EPIPE' });
    a.close();
  });

  test('sending to a connection that was reset tells of the reset', async () => {
    const [a, b] = tcpPair();
    b.setsockopt(s.SOL_SOCKET, s.SO_LINGER, Int32Array.of(1, 0));
    b.close();
    await expect(call.sendall(a, 'x')).rejects.toMatchObject({ name: 'ConnectionResetError', bytesSent: 0 });
    await expect(call.sendall(a, 'x')).rejects.toMatchObject({ name: 'BrokenPipeError', bytesSent: 0 });
    a.close();
  });

  test('what shutdown of the receiving side left is received, then the end', async () => {
    const [a, b] = tcpPair();
    await call.sendall(b, 'abc');
    a.shutdown(s.SHUT_RD);
    expect(String(await call.recv(a, 100))).toBe('abc');
    expect(String(await call.recv(a, 100))).toBe('');
    a.close();
    b.close();
  });

  test('urgent data comes apart from the rest', async () => {
    const [a, b] = tcpPair();
    expect(await call.send(a, 'ab!', s.MSG_OOB)).toBe(3);
    expect(String(await call.recv(b, 10, s.MSG_OOB))).toBe('!');
    expect(String(await call.recv(b, 10))).toBe('ab');
    await expect(call.recv(b, 1, s.MSG_OOB)).rejects.toMatchObject({ code: 'EINVAL' });
    a.close();
    b.close();
  });

  test('bad arguments are named', async () => {
    const [a, b] = socketpair();
    const wrong = '1' as unknown as number;
    await expect(call.recv(a, -1)).rejects.toThrow('recv(): bufsize must not be negative: -1');
    await expect(call.recv(a, wrong)).rejects.toThrow('recv(): bufsize must be an integer, not "1"');
    await expect(call.recv(a, Number.NaN)).rejects.toThrow('recv(): bufsize must be an integer, not NaN');
    await expect(call.recv(a, undefined as unknown as number)).rejects.toThrow('bufsize must be an integer');
    await expect(call.recv(a, 2 ** 31)).rejects.toThrow('recv(): bufsize');
    await expect(call.recvfrom(a, -1)).rejects.toThrow('recvfrom(): bufsize');
    await expect(call.recvInto(a, Buffer.alloc(3), 4)).rejects.toThrow(
      'recvInto(): nbytes is 4, but the buffer has only 3 bytes',
    );
    await expect(call.recvInto(a, Buffer.alloc(3), -1)).rejects.toThrow('recvInto(): nbytes must not be negative');
    await expect(call.recvfromInto(a, Buffer.alloc(3), 4)).rejects.toThrow('recvfromInto(): nbytes is 4');
    await expect(call.recvInto(a, 'text' as unknown as Buffer)).rejects.toThrow('recvInto(): buffer must be');
    await expect(call.recvInto(a, 5 as unknown as Buffer)).rejects.toThrow('recvInto(): buffer must be');
    await expect(call.send(a, 5 as unknown as string)).rejects.toThrow('send(): data must be bytes or a string');
    await expect(call.sendall(a, null as unknown as string)).rejects.toThrow('sendall(): data must be');
    await expect(call.sendto(a, 'x', undefined as unknown as number, '')).rejects.toThrow('sendto() takes');
    const options = { signal: undefined } as unknown as number;
    await expect(call.recv(a, 1, options)).rejects.toThrow(
      'flags must be an integer, not an object; options come after the flags',
    );
    await expect(call.recvInto(a, Buffer.alloc(1), 0, options)).rejects.toThrow('flags must be an integer');
    await expect(call.recvfrom(a, 1, options)).rejects.toThrow('flags must be an integer');
    await expect(call.recvfromInto(a, Buffer.alloc(1), 0, options)).rejects.toThrow('flags must be an integer');
    await expect(call.send(a, 'x', options)).rejects.toThrow('flags must be an integer');
    await expect(call.sendall(a, 'x', options)).rejects.toThrow('flags must be an integer');
    a.close();
    b.close();
  });

  test('every call on a closed socket raises EBADF and names itself', async () => {
    const [sock, other] = socketpair();
    other.close();
    sock.close();
    sock.close();
    const bad = (syscall: string) => ({ code: 'EBADF', errno: 9, syscall });
    await expect(call.accept(sock)).rejects.toMatchObject(bad('accept'));
    await expect(call.connect(sock, '/x')).rejects.toMatchObject(bad('connect'));
    await expect(call.connectEx(sock, '/x')).rejects.toMatchObject(bad('connect'));
    await expect(call.recv(sock, 1)).rejects.toMatchObject(bad('recv'));
    await expect(call.recvInto(sock, Buffer.alloc(1))).rejects.toMatchObject(bad('recv_into'));
    await expect(call.recvfrom(sock, 1)).rejects.toMatchObject(bad('recvfrom'));
    await expect(call.recvfromInto(sock, Buffer.alloc(1))).rejects.toMatchObject(bad('recvfrom_into'));
    await expect(call.send(sock, '')).rejects.toMatchObject(bad('send'));
    await expect(call.sendall(sock, '')).rejects.toMatchObject(bad('sendall'));
    await expect(call.sendto(sock, '', 0, '/x')).rejects.toMatchObject(bad('sendto'));
    await expect(call.sendfile(sock, 0)).rejects.toMatchObject(bad('sendfile'));
    const plain: readonly (readonly [string, () => unknown])[] = [
      ['bind', () => sock.bind('/x')],
      ['listen', () => sock.listen()],
      ['getsockname', () => sock.getsockname()],
      ['getpeername', () => sock.getpeername()],
      ['getsockopt', () => sock.getsockopt(1, 1)],
      ['setsockopt', () => sock.setsockopt(1, 1, 1)],
      ['settimeout', () => sock.settimeout(1)],
      ['shutdown', () => sock.shutdown(0)],
      ['makefile', () => sock.makefile()],
      ['dup', () => sock.dup()],
    ];
    for (const [name, body] of plain) expect(body, name).toThrow(expect.objectContaining(bad(name)));
    expect(sock.fileno()).toBe(-1);
    expect(sock.closed).toBe(true);
    expect(sock.detach()).toBe(-1);
    expect(String(sock)).toContain('closed');
  });
});

describe('the end', () => {
  test('detach gives the descriptor up, open', () => {
    const [a, b] = socketpair();
    const fileno = a.detach();
    expect([a.fileno(), a.closed]).toEqual([-1, true]);
    a.close();
    expect(fstatSync(fileno).isSocket()).toBe(true);
    using again = new Socket(undefined, undefined, undefined, { fileno });
    again.sendallSync('still here');
    expect(String(b.recvSync(100))).toBe('still here');
    b.close();
  });

  test('detach rejects what waits, and the descriptor waits again elsewhere', async () => {
    const [a, b] = socketpair();
    const waiting = a.recv(1);
    const fileno = a.detach();
    await expect(waiting).rejects.toMatchObject({ code: 'EBADF' });
    using again = new Socket(undefined, undefined, undefined, { fileno });
    const received = again.recv(10);
    b.sendallSync('x');
    expect(String(await received)).toBe('x');
    b.close();
  });

  test('dup is a second socket on the same connection, with the same limit', async () => {
    const [a, b] = socketpair();
    a.settimeout(3);
    const copy = a.dup();
    expect(copy.fileno()).not.toBe(a.fileno());
    expect([copy.family, copy.type, copy.proto, copy.gettimeout()]).toEqual([a.family, a.type, a.proto, 3]);
    a.close();
    await copy.sendall('x');
    expect(String(await b.recv(1))).toBe('x');
    copy.close();
    expect(String(await b.recv(1))).toBe('');
    b.close();
  });

  test('a duplicate waits even when its number was waited on before', async () => {
    const [a, b] = socketpair();
    for (let i = 0; i < 3; i++) {
      const copy = a.dup(); // takes the number of the one before
      const waiting = copy.recv(10);
      b.sendallSync('x');
      expect(String(await waiting)).toBe('x');
      copy.close();
    }
    a.close();
    b.close();
  });

  test('using and await using close', async () => {
    let first: Socket;
    let second: Socket;
    {
      using sock = new Socket();
      await using other = new Socket();
      [first, second] = [sock, other];
    }
    expect([first.closed, second.closed]).toEqual([true, true]);
  });

  test('a forgotten socket is closed, with a ResourceWarning', async () => {
    using caught = catchWarnings({ record: true, action: 'always', category: ResourceWarning });
    const before = descriptors();
    const numbers = forget(3);
    await expect
      .poll(() => {
        globalThis.gc?.();
        return caught.warnings.length;
      })
      .toBe(3);
    expect(descriptors()).toBe(before);
    const texts = caught.warnings.map(({ message }) => message.message);
    for (const fd of numbers)
      expect(texts).toContainEqual(expect.stringContaining(`unclosed socket (descriptor ${fd})`));
  });

  test('a socket that was closed is not warned of', async () => {
    using caught = catchWarnings({ record: true, action: 'always', category: ResourceWarning });
    let collected = 0;
    const registry = new FinalizationRegistry(() => collected++);
    (() => {
      const sock = new Socket();
      registry.register(sock, 0);
      sock.close();
    })();
    await expect
      .poll(() => {
        globalThis.gc?.();
        return collected;
      })
      .toBe(1);
    expect(caught.warnings).toEqual([]);
  });

  test('a waiting call keeps its socket', async () => {
    const [a, b] = socketpair();
    const waiting = forgetWaiting(a.detach());
    const turns = 5;
    for (let i = 0; i < turns; i++) {
      globalThis.gc?.();
      await new Promise(setImmediate);
    }
    b.sendallSync('x');
    expect(String(await waiting)).toBe('x');
    b.close();
    using caught = catchWarnings({ record: true, action: 'always', category: ResourceWarning });
    await expect
      .poll(() => {
        globalThis.gc?.();
        return caught.warnings.length;
      })
      .toBe(1);
  });
});

function forget(count: number): number[] {
  return Array.from({ length: count }, () => new Socket().fileno());
}

function forgetWaiting(fileno: number): Promise<Buffer> {
  return new Socket(undefined, undefined, undefined, { fileno }).recv(10);
}
