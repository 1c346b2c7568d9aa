/** CPython at the other end, over each kind of socket, in both forms. */
import { describe, expect, test } from 'vitest';
import { Folder } from '../test/connected.ts';
import { forms } from '../test/forms.ts';
import { checkLeftovers } from '../test/leftovers.ts';
import { Python } from '../test/python.ts';
import * as s from './index.ts';
import { createServer, Socket } from './index.ts';

checkLeftovers();

describe.each(forms)('%s', (_, call) => {
  test.each([
    ['IPv4', s.AF_INET, '127.0.0.1'],
    ['IPv6', s.AF_INET6, '::1'],
  ])('a TCP server in Python, over %s', async (_kind, family, host) => {
    await using peer = new Python(
      `l = socket.create_server((sys.argv[1], 0), family=int(sys.argv[2]))
print(l.getsockname()[1])
c, a = l.accept()
print(a[1])
f = c.makefile('rwb', 0)
for line in f: f.write(line.upper())`,
      host,
      String(family),
    );
    using sock = new Socket(family);
    await call.connect(sock, [host, Number(await peer.line())]);
    expect(sock.getsockname()).toContain(Number(await peer.line()));
    await call.sendall(sock, 'hello\nworld\n');
    expect(String(await call.recv(sock, 12, s.MSG_WAITALL))).toBe('HELLO\nWORLD\n');
    sock.shutdown(s.SHUT_WR);
    expect(String(await call.recv(sock, 100))).toBe('');
    expect(await peer.ended()).toBe(0);
  });

  test('a TCP client in Python that sends and receives 20 MB', async () => {
    using listener = createServer(['127.0.0.1', 0]);
    const [, port] = listener.getsockname() as s.InternetAddress;
    await using peer = new Python(
      `c = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
c.sendall(bytes(range(250)) * 80000)
c.shutdown(socket.SHUT_WR)
n = 0
while data := c.recv(65536): n += len(data)
print(n)`,
      String(port),
    );
    const [sock] = await call.accept(listener);
    const data = await call.recv(sock, 20_000_000, s.MSG_WAITALL);
    expect(data.equals(Buffer.alloc(20_000_000, Buffer.from(Array.from({ length: 250 }, (_, i) => i))))).toBe(true);
    expect(String(await call.recv(sock, 1))).toBe('');
    await call.sendall(sock, data);
    sock.close();
    expect(await peer.line()).toBe('20000000');
  });

  test('a UDP peer in Python', async () => {
    await using peer = new Python(
      `u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(('127.0.0.1', 0))
print(u.getsockname()[1])
for i in range(3):
    data, address = u.recvfrom(100)
    u.sendto(data.upper(), address)`,
    );
    using sock = new Socket(s.AF_INET, s.SOCK_DGRAM);
    const address = ['127.0.0.1', Number(await peer.line())] as const;
    for (const message of ['abc', '', 'x'.repeat(99)]) {
      await call.sendto(sock, message, 0, address);
      expect(await call.recvfrom(sock, 200)).toEqual([Buffer.from(message.toUpperCase()), address]);
    }
    expect(await peer.ended()).toBe(0);
  });

  test('a unix stream server in Python, at a path and at an abstract name', async () => {
    using folder = new Folder();
    await using peer = new Python(
      `for name in (sys.argv[1], '\\0' + sys.argv[1]):
    l = socket.socket(socket.AF_UNIX); l.bind(name); l.listen()
    print('ready')
    c, a = l.accept()
    c.sendall(repr(a).encode()); c.close()`,
      folder.file('server'),
    );
    for (const name of [folder.file('server'), `\0${folder.file('server')}`]) {
      expect(await peer.line()).toBe('ready');
      using sock = new Socket(s.AF_UNIX);
      await call.connect(sock, name);
      expect(sock.getpeername()).toEqual(name.startsWith('\0') ? Buffer.from(name) : name);
      expect(String(await call.recv(sock, 100, s.MSG_WAITALL))).toBe("''");
    }
    expect(await peer.ended()).toBe(0);
  });

  test('a unix datagram peer in Python', async () => {
    using folder = new Folder();
    using sock = new Socket(s.AF_UNIX, s.SOCK_DGRAM);
    sock.bind(folder.file('ours'));
    await using peer = new Python(
      `u = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
u.bind(sys.argv[1])
u.sendto(b'from python', sys.argv[2])
data, address = u.recvfrom(100)
print(data.decode(), os.path.basename(address))`,
      folder.file('python'),
      folder.file('ours'),
    );
    const [data, sender] = await call.recvfrom(sock, 100);
    expect([String(data), sender]).toEqual(['from python', folder.file('python')]);
    await call.sendto(sock, 'answer', 0, sender);
    expect(await peer.line()).toBe('answer ours');
  });
});
