/** Datagrams in both forms: over UDP and over unix sockets, where Node has none. */
import { describe, expect, test } from 'vitest';
import { Folder, freePort } from '../test/connected.ts';
import { forms } from '../test/forms.ts';
import { checkLeftovers } from '../test/leftovers.ts';
import * as s from './index.ts';
import { Socket, socketpair } from './index.ts';

checkLeftovers();

/** A bound pair of datagram sockets. */
function bound(family: number, folder: Folder): [Socket, Socket] {
  const pair = [new Socket(family, s.SOCK_DGRAM), new Socket(family, s.SOCK_DGRAM)] as [Socket, Socket];
  for (const [index, sock] of pair.entries()) {
    if (family === s.AF_UNIX) sock.bind(folder.file(`d${index}`));
    else sock.bind([family === s.AF_INET ? '127.0.0.1' : '::1', 0]);
  }
  return pair;
}

const families = [
  ['UDP over IPv4', s.AF_INET],
  ['UDP over IPv6', s.AF_INET6],
  ['unix datagrams', s.AF_UNIX],
] as const;

describe.each(forms)('%s', (_, call) => {
  describe.each(families)('%s', (_kind, family) => {
    test('a message arrives with its sender, who can be answered', async () => {
      using folder = new Folder();
      const [a, b] = bound(family, folder);
      expect(await call.sendto(a, 'question', 0, b.getsockname())).toBe(8);
      const [data, sender] = await call.recvfrom(b, 100);
      expect(String(data)).toBe('question');
      expect(sender).toEqual(a.getsockname());
      await call.sendto(b, 'answer', 0, sender);
      const target = Buffer.alloc(10, '.');
      expect(await call.recvfromInto(a, target)).toEqual([6, b.getsockname()]);
      expect(String(target)).toBe('answer....');
      a.close();
      b.close();
    });

    test('messages keep their limits, the empty one too', async () => {
      using folder = new Folder();
      const [a, b] = bound(family, folder);
      for (const message of ['one', '', 'three']) await call.sendto(a, message, 0, b.getsockname());
      expect(String(await call.recv(b, 100))).toBe('one');
      expect(String(await call.recv(b, 100))).toBe('');
      expect(String(await call.recv(b, 100))).toBe('three');
      a.close();
      b.close();
    });

    test('a message longer than asked for is cut, its rest is gone', async () => {
      using folder = new Folder();
      const [a, b] = bound(family, folder);
      for (let i = 0; i < 4; i++) await call.sendto(a, '0123456789', 0, b.getsockname());
      expect(String(await call.recv(b, 4))).toBe('0123');
      expect(String((await call.recvfrom(b, 3))[0])).toBe('012');
      // MSG_TRUNC tells the whole length; no more than the buffer holds comes back
      expect(String(await call.recv(b, 4, s.MSG_TRUNC))).toBe('0123');
      const target = Buffer.alloc(2);
      expect(await call.recvInto(b, target)).toBe(2);
      await expect(call.recv(b, 4, s.MSG_DONTWAIT)).rejects.toMatchObject({ code: 'EAGAIN' });
      a.close();
      b.close();
    });

    test('a connected socket sends without an address', async () => {
      using folder = new Folder();
      const [a, b] = bound(family, folder);
      expect(await call.connectEx(a, b.getsockname())).toBe(0);
      expect(a.getpeername()).toEqual(b.getsockname());
      expect(await call.send(a, 'one')).toBe(3);
      await call.sendall(a, 'two');
      expect(String(await call.recv(b, 10))).toBe('one');
      expect(String(await call.recv(b, 10))).toBe('two');
      a.close();
      b.close();
    });

    test('a limit ends a wait for a message', async () => {
      using folder = new Folder();
      const [a, b] = bound(family, folder);
      b.settimeout(0.01);
      await expect(call.recvfrom(b, 10)).rejects.toMatchObject({ name: 'TimeoutError', syscall: 'recvfrom' });
      await call.sendto(a, 'x', 0, b.getsockname());
      expect(String((await call.recvfrom(b, 10))[0])).toBe('x');
      a.close();
      b.close();
    });
  });

  test('the errors of UDP', async () => {
    using sock = new Socket(s.AF_INET, s.SOCK_DGRAM);
    using peer = new Socket(s.AF_INET, s.SOCK_DGRAM);
    peer.bind(['127.0.0.1', 0]);
    const address = peer.getsockname();
    await expect(call.send(sock, 'x')).rejects.toMatchObject({ code: 'EDESTADDRREQ' });
    await expect(call.sendto(sock, Buffer.alloc(65_508), 0, address)).rejects.toMatchObject({ code: 'EMSGSIZE' });
    await expect(call.sendto(sock, 'x', 0, ['<broadcast>', 9])).rejects.toMatchObject({ name: 'PermissionError' });
    await expect(call.sendto(sock, 'x', 0, ['127.0.0.1', -1])).rejects.toThrow('sendto(): port must be 0-65535');
  });

  test('a refusal of the peer’s machine is raised by the next call, once', async () => {
    using sock = new Socket(s.AF_INET, s.SOCK_DGRAM);
    await call.connect(sock, ['127.0.0.1', freePort(s.SOCK_DGRAM)]);
    sock.settimeout(0.05);
    await call.send(sock, 'x');
    await expect(call.recv(sock, 1)).rejects.toMatchObject({ name: 'ConnectionRefusedError' });
    await call.send(sock, 'x');
    await expect(call.sendall(sock, 'x')).rejects.toMatchObject({ name: 'ConnectionRefusedError' });
    await expect(call.recv(sock, 1)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('a message to a name is looked up', async () => {
    using sock = new Socket(s.AF_INET, s.SOCK_DGRAM);
    using peer = new Socket(s.AF_INET, s.SOCK_DGRAM);
    peer.bind(['127.0.0.1', 0]);
    const [, port] = peer.getsockname() as s.InternetAddress;
    await call.sendto(sock, 'by name', 0, ['localhost', port]);
    expect(String(await call.recv(peer, 10))).toBe('by name');
  });

  test('the sender of an unbound unix socket is the empty name', async () => {
    using folder = new Folder();
    using receiver = new Socket(s.AF_UNIX, s.SOCK_DGRAM);
    receiver.bind(folder.file('receiver'));
    using sender = new Socket(s.AF_UNIX, s.SOCK_DGRAM);
    await call.sendto(sender, 'x', 0, receiver.getsockname());
    expect(await call.recvfrom(receiver, 10)).toEqual([Buffer.from('x'), '']);
  });

  test('records of SOCK_SEQPACKET keep their limits', async () => {
    const [a, b] = socketpair(s.AF_UNIX, s.SOCK_SEQPACKET);
    for (const record of ['one', 'two two', 'three']) await call.sendall(a, record);
    expect(String(await call.recv(b, 100))).toBe('one');
    expect(String(await call.recv(b, 3))).toBe('two');
    expect(String(await call.recv(b, 100))).toBe('three');
    a.close();
    expect(String(await call.recv(b, 100))).toBe('');
    await expect(call.send(b, 'x')).rejects.toMatchObject({ code: 'EPIPE' });
    b.close();
  });
});

test.each(families)('%s: messages go to those who wait, in order', async (_, family) => {
  using folder = new Folder();
  const [a, b] = bound(family, folder);
  const target = Buffer.alloc(3);
  const waiting = [b.recv(100), b.recvfrom(100), b.recvInto(target), b.recv(70_000)] as const;
  for (const message of ['first', 'second', '3rd', 'fourth']) a.sendtoSync(message, b.getsockname());
  expect(String(await waiting[0])).toBe('first');
  expect(String((await waiting[1])[0])).toBe('second');
  expect([await waiting[2], String(target)]).toEqual([3, '3rd']);
  expect(String(await waiting[3])).toBe('fourth');
  a.close();
  b.close();
});

test('many messages of one turn are each received whole', async () => {
  const [a, b] = socketpair(s.AF_UNIX, s.SOCK_DGRAM);
  const received = (async () => {
    const sizes: number[] = [];
    while (sizes.length < 200) sizes.push((await b.recv(60_000)).length);
    return sizes;
  })();
  for (let i = 0; i < 200; i++) await a.sendall(Buffer.alloc(1 + i * 17, i));
  expect(await received).toEqual(Array.from({ length: 200 }, (_, i) => 1 + i * 17));
  a.close();
  b.close();
});

test('sendto takes the address second or third, as in Python', async () => {
  using sock = new Socket(s.AF_INET, s.SOCK_DGRAM);
  sock.bind(['127.0.0.1', 0]);
  const address = sock.getsockname();
  expect(await sock.sendto('a', address)).toBe(1);
  expect(await sock.sendto('bc', 0, address)).toBe(2);
  expect(sock.sendtoSync('def', address)).toBe(3);
  expect([await sock.recv(9), sock.recvSync(9), await sock.recv(9)].map(String)).toEqual(['a', 'bc', 'def']);
  await expect(sock.sendto('x', 0 as unknown as s.Address)).rejects.toThrow('sendto() takes (data, address)');
});
