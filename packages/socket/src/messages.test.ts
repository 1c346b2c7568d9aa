/** Messages with ancillary data, and batches of datagrams, in both forms; CPython at the other end where that says more. */
import { closeSync, fstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import { userInfo } from 'node:os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Folder, freePort, tcpPair } from '../test/connected.ts';
import { forms } from '../test/forms.ts';
import { checkLeftovers } from '../test/leftovers.ts';
import { Python } from '../test/python.ts';
import { packAncillary, unpackAncillary } from './ancillary.ts';
import * as s from './index.ts';
import { Socket, socketpair } from './index.ts';

checkLeftovers();

const passing = [
  ['promise', { send: s.sendFds, receive: s.recvFds }],
  [
    'blocking',
    {
      send: async (...args: Parameters<typeof s.sendFdsSync>) => s.sendFdsSync(...args),
      receive: async (...args: Parameters<typeof s.recvFdsSync>) => s.recvFdsSync(...args),
    },
  ],
] as const;

function udp(): Socket {
  const sock = new Socket(s.AF_INET, s.SOCK_DGRAM);
  sock.bind(['127.0.0.1', 0]);
  return sock;
}

describe.each(forms)('%s', (_, call) => {
  test('several buffers are one message, and a message fills several buffers', async () => {
    const [a, b] = socketpair(s.AF_UNIX, s.SOCK_DGRAM);
    expect(await call.sendmsg(a, ['one ', Buffer.from('message'), new Uint8Array(0)])).toBe(11);
    const [first, second] = [Buffer.alloc(3, '.'), Buffer.alloc(12, '.')];
    expect(await call.recvmsgInto(b, [first, second])).toEqual([11, [], 0, '']);
    expect([String(first), String(second)]).toEqual(['one', ' message....']);
    await call.sendmsg(a, ['abc']);
    const [data, items, flags] = await call.recvmsg(b, 2);
    expect([String(data), items, flags & s.MSG_TRUNC]).toEqual(['ab', [], s.MSG_TRUNC]);
    a.close();
    b.close();
  });

  test('a message goes to an address, and comes with its sender', async () => {
    using a = udp();
    using b = udp();
    expect(await call.sendmsg(a, ['to ', 'you'], [], 0, b.getsockname())).toBe(6);
    expect(await call.recvmsg(b, 100)).toEqual([Buffer.from('to you'), [], 0, a.getsockname()]);
    const [, port] = b.getsockname() as [string, number];
    await call.sendmsg(a, ['by name'], [], 0, ['localhost', port]);
    expect(String((await call.recvmsg(b, 100))[0])).toBe('by name');
  });

  test('the length of a longer datagram is told by MSG_TRUNC, and no byte is invented', async () => {
    const [a, b] = socketpair(s.AF_UNIX, s.SOCK_DGRAM);
    await call.send(a, 'longer');
    const [data, , flags] = await call.recvmsg(b, 2, 0, s.MSG_TRUNC);
    expect([String(data), flags & s.MSG_TRUNC]).toEqual(['lo', s.MSG_TRUNC]);
    a.close();
    b.close();
  });

  test('credentials come with each message once they are asked for', async () => {
    const [a, b] = socketpair();
    b.setsockopt(s.SOL_SOCKET, s.SO_PASSCRED, true);
    await call.sendall(a, 'x');
    const [, items] = await call.recvmsg(b, 1, s.CMSG_SPACE(12));
    const { uid, gid } = userInfo();
    expect(s.credentialsOf(items)).toEqual({ pid: process.pid, uid, gid });
    await call.sendmsg(a, ['x'], [s.credentials({ pid: process.pid, uid, gid })]);
    expect(s.credentialsOf((await call.recvmsg(b, 1, 100))[1])).toEqual({ pid: process.pid, uid, gid });
    a.close();
    b.close();
  });

  test('a packet tells where it was sent to, and chooses where it comes from', async () => {
    using a = udp();
    using b = new Socket(s.AF_INET, s.SOCK_DGRAM);
    b.bind(['', 0]);
    b.setsockopt(s.IPPROTO_IP, s.IP_PKTINFO, true);
    const [, port] = b.getsockname() as [string, number];
    const lo = s.ifNametoindex('lo');
    await call.sendto(a, 'x', 0, ['127.0.0.9', port]);
    const [, items, , peer] = await call.recvmsg(b, 1, s.CMSG_SPACE(12));
    const info = s.packetInfoOf(items);
    expect(info).toEqual({ address: '127.0.0.9', interfaceIndex: lo });
    await call.sendmsg(b, ['y'], [s.packetInfo({ address: '127.0.0.9', interfaceIndex: 0 })], 0, peer);
    expect((await call.recvfrom(a, 1))[1]).toEqual(['127.0.0.9', port]);
  });

  test('IPv6 packets too', async () => {
    using b = new Socket(s.AF_INET6, s.SOCK_DGRAM);
    b.bind(['::1', 0]);
    b.setsockopt(s.IPPROTO_IPV6, s.IPV6_RECVPKTINFO, true);
    const item = s.packetInfo({ address: '::1', interfaceIndex: s.ifNametoindex('lo') });
    await call.sendmsg(b, ['x'], [item], 0, b.getsockname());
    const [, items] = await call.recvmsg(b, 1, s.CMSG_SPACE(20));
    expect(s.packetInfoOf(items)).toEqual({ address: '::1', interfaceIndex: s.ifNametoindex('lo') });
  });

  test.each([
    ['SO_TIMESTAMP', s.SO_TIMESTAMP],
    ['SO_TIMESTAMPNS', s.SO_TIMESTAMPNS],
  ])('%s tells when a packet came', async (_name, option) => {
    using sock = udp();
    sock.setsockopt(s.SOL_SOCKET, option, true);
    const before = Date.now() / 1000;
    await call.sendto(sock, 'x', 0, sock.getsockname());
    const [, items] = await call.recvmsg(sock, 1, s.CMSG_SPACE(16));
    const time = s.timestampOf(items) as number;
    // two clocks of one machine, one of which counts milliseconds
    expect(Math.abs(time - before)).toBeLessThan(60);
  });

  test('the error queue says who refused a datagram', async () => {
    using sock = udp();
    const address: s.Address = ['127.0.0.1', freePort()];
    sock.setsockopt(s.IPPROTO_IP, s.IP_RECVERR, true);
    await call.sendto(sock, 'nobody there', 0, address);
    const [data, items, flags, to] = await call.recvmsg(sock, 100, 512, s.MSG_ERRQUEUE);
    expect([String(data), to, flags & s.MSG_ERRQUEUE]).toEqual(['nobody there', address, s.MSG_ERRQUEUE]);
    expect(s.queuedErrorOf(items)).toMatchObject({
      errno: 111,
      origin: 2,
      type: 3,
      code: 3,
      offender: ['127.0.0.1', 0],
    });
  });

  test('a wait for the error queue is not ended by data, and times out', async () => {
    using sock = udp();
    sock.setsockopt(s.IPPROTO_IP, s.IP_RECVERR, true);
    await call.sendto(sock, 'data', 0, sock.getsockname());
    sock.settimeout(0.01);
    await expect(call.recvmsg(sock, 1, 0, s.MSG_ERRQUEUE)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(String(await call.recv(sock, 9))).toBe('data');
  });

  test('an error of the socket that is in no queue ends the wait for one', async () => {
    using sock = udp();
    await call.connect(sock, ['127.0.0.1', freePort(s.SOCK_DGRAM)]);
    await call.send(sock, 'x');
    await expect(call.recvmsg(sock, 1, 0, s.MSG_ERRQUEUE)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('a packet tells its hops and its traffic class, and the clock of the kernel', async () => {
    using sock = udp();
    // receive and report by the kernel's clock: SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE
    sock.setsockopt(s.SOL_SOCKET, s.SO_TIMESTAMPING as number, 0x18);
    for (const option of [s.IP_RECVTTL, s.IP_RECVTOS]) sock.setsockopt(s.IPPROTO_IP, option, true);
    sock.setsockopt(s.IPPROTO_IP, s.IP_TTL, 7);
    sock.setsockopt(s.IPPROTO_IP, s.IP_TOS, 0x10);
    const before = Date.now() / 1000;
    let times: ReturnType<typeof s.timestampsOf>;
    // the kernel begins to stamp a moment after it was asked to
    while (times === undefined) {
      await call.sendto(sock, 'x', 0, sock.getsockname());
      const [, items] = await call.recvmsg(sock, 1, 256);
      expect([s.timeToLiveOf(items), s.trafficClassOf(items)]).toEqual([7, 0x10]);
      times = s.timestampsOf(items);
    }
    expect([Math.abs(times.software - before) < 60, times.hardware]).toEqual([true, 0]);
  });

  test('UDP_SEGMENT cuts a message, and UDP_GRO puts it together again', async () => {
    using a = udp();
    using b = udp();
    const send = () => call.sendmsg(a, ['aaaabbbbcc'], [s.segmentSize(4)], 0, b.getsockname());
    await send();
    expect((await call.recvmmsg(b, 8)).map(([data]) => String(data))).toEqual(['aaaa', 'bbbb', 'cc']);
    b.setsockopt(s.IPPROTO_UDP, s.UDP_GRO, true);
    await send();
    const [data, items] = await call.recvmsg(b, 99, s.CMSG_SPACE(4));
    expect([String(data), s.segmentSizeOf(items)]).toEqual(['aaaabbbbcc', 4]);
  });

  test('a request to the cryptography of the kernel says what to do in its control data', async () => {
    const [a, b] = socketpair(s.AF_UNIX, s.SOCK_DGRAM);
    await expect(call.sendmsgAfalg(a, {} as never)).rejects.toThrow('op must be ALG_OP_ENCRYPT or ALG_OP_DECRYPT');
    // a unix socket passes over what is not of its own level
    const iv = Buffer.alloc(16);
    await call.sendmsgAfalg(a, { msg: ['da', 'ta'], op: s.ALG_OP_ENCRYPT as number, iv, assoclen: 4 });
    expect(String(await call.recv(b, 9))).toBe('data');
    a.close();
    b.close();
  });

  test('what a call that failed has kept comes first, without control data', async () => {
    const [a, b] = socketpair();
    await call.sendall(a, 'abc');
    b.settimeout(0.01);
    await expect(call.recvExactly(b, 4)).rejects.toThrow('timed out');
    expect(await call.recvmsg(b, 2, 100)).toEqual([Buffer.from('ab'), [], 0, '']);
    expect(String(await call.recv(b, 5))).toBe('c');
    a.close();
    b.close();
  });

  test('a closed socket, and arguments, are named', async () => {
    const [a, b] = socketpair();
    await expect(call.recvmsg(a, -1)).rejects.toThrow('recvmsg(): bufsize must not be negative');
    await expect(call.recvmsg(a, 1, -1)).rejects.toThrow('invalid ancillary data buffer length: -1');
    await expect(call.sendmsg(a, 'text')).rejects.toThrow('buffers must be several, as in sendmsg([data])');
    await expect(call.sendmsg(a, [], [[1, 2] as never])).rejects.toThrow(
      'data must be bytes or a string, not undefined',
    );
    await expect(call.sendmsg(a, [], ['ab' as never])).rejects.toThrow('items of [level, type, data], not "ab"');
    await expect(call.recvmmsg(a, 0)).rejects.toThrow('recvmmsg(): count must be 1 to 256, not 0');
    await expect(call.recvmsgInto(a, Buffer.alloc(1) as never)).rejects.toThrow('buffers must be an array');
    a.close();
    b.close();
    await expect(call.recvmsg(a, 1)).rejects.toThrow('Bad file descriptor');
    await expect(call.sendmsg(a, ['x'])).rejects.toThrow('Bad file descriptor');
    await expect(call.recvmmsg(a, 1)).rejects.toThrow('Bad file descriptor');
    await expect(call.sendmmsg(a, [['x']])).rejects.toThrow('Bad file descriptor');
  });

  test('a batch takes what is there, whole and in order', async () => {
    using a = udp();
    using b = udp();
    const sent = Array.from({ length: 40 }, (_unused, i) => `datagram ${i}`);
    expect(
      await call.sendmmsg(
        a,
        sent.map((text) => [text, b.getsockname()]),
      ),
    ).toBe(40);
    const received: [Buffer, s.Address][] = [];
    while (received.length < 40) received.push(...(await call.recvmmsg(b, 16, 64)));
    expect(received.map(([data]) => String(data))).toEqual(sent);
    expect(new Set(received.map(([, address]) => String(address)))).toEqual(new Set([String(a.getsockname())]));
    await call.sendto(a, 'longer than four', 0, b.getsockname());
    expect(String((await call.recvmmsg(b, 1, 4))[0]?.[0])).toBe('long');
  });

  test('a batch larger than one system call, from a connected socket that has to wait', async () => {
    const [a, b] = socketpair(s.AF_UNIX, s.SOCK_DGRAM);
    const sent = Array.from({ length: 600 }, (_unused, i) => `${i}`);
    const all = a.sendmmsg(sent.map((text) => [text]));
    const received: string[] = [];
    while (received.length < 600) received.push(...(await b.recvmmsg(256, 16)).map(([data]) => String(data)));
    expect(await all).toBe(600);
    expect(received).toEqual(sent);
    expect(await call.sendmmsg(a, [])).toBe(0);
    a.close();
    b.close();
  });

  test('a batch with more room than the shared memory takes it elsewhere', async () => {
    using a = udp();
    using b = udp();
    const sent = [1, 0, 60_000, 7].map((size) => Buffer.alloc(size, `${size}`));
    await call.sendmmsg(
      a,
      sent.map((data) => [data, b.getsockname()]),
    );
    const received: Buffer[] = [];
    while (received.length < sent.length) received.push(...(await call.recvmmsg(b, 8, 65_536)).map(([data]) => data));
    expect(received).toEqual(sent);
  });

  test('looking at a batch leaves it there', async () => {
    using sock = udp();
    await call.sendmmsg(sock, [
      ['a', sock.getsockname()],
      ['b', sock.getsockname()],
    ]);
    const seen = await call.recvmmsg(sock, 2, 8, s.MSG_PEEK);
    expect(new Set(seen.map(([data]) => String(data)))).toEqual(new Set('a'));
    expect((await call.recvmmsg(sock, 8)).map(([data]) => String(data))).toEqual(['a', 'b']);
  });

  test('a batch that fails tells how many went out', async () => {
    const [a, b] = socketpair(s.AF_UNIX, s.SOCK_DGRAM);
    await expect(call.sendmmsg(a, [['x'], ['y', '/no/such/socket']])).rejects.toMatchObject({ messagesSent: 1 });
    expect(String(await call.recv(b, 5))).toBe('x');
    using sock = udp();
    await expect(call.sendmmsg(sock, [['x', ['localhost', 1]]])).rejects.toThrow(
      'host must be numeric, not "localhost"',
    );
    a.close();
    b.close();
  });
});

test('batches miss no datagram, in whatever bursts they come', async () => {
  using a = udp();
  using b = udp();
  const address = b.getsockname();
  const bursts = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(bursts, fc.integer({ min: 1, max: 9 }), async (sizes, count) => {
      const total = sizes.reduce((sum, [size]) => sum + size, 0);
      const received: string[] = [];
      const receiving = (async () => {
        while (received.length < total) received.push(...(await b.recvmmsg(count)).map(([data]) => String(data)));
      })();
      let sent = 0;
      for (const [size, pause] of sizes) {
        for (let i = 0; i < size; i++) a.sendtoSync(`${sent++}`, address);
        if (pause) await new Promise(setImmediate);
      }
      await receiving;
      expect(received).toEqual(Array.from({ length: total }, (_unused, i) => `${i}`));
    }),
  );
});

describe.each(passing)('descriptors, %s', (_, { send, receive }) => {
  test('arrive as duplicates that work, closed on exec', async () => {
    using folder = new Folder();
    const [a, b] = socketpair();
    const file = openSync(folder.file('passed'), 'w');
    expect(await send(a, ['take ', 'this'], [file, file])).toBe(9);
    closeSync(file);
    const [data, fds, flags, address] = await receive(b, 100, 4);
    expect([String(data), fds.length, flags, address]).toEqual(['take this', 2, 0, '']);
    for (const fd of fds) {
      expect(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')).toMatch(/flags:\s+0?2/);
      writeSync(fd, 'x');
      closeSync(fd);
    }
    expect(readFileSync(folder.file('passed'), 'utf8')).toBe('xx');
    a.close();
    b.close();
  });

  test('a socket arrives as a socket', async () => {
    const [a, b] = socketpair();
    const [c, d] = socketpair(s.AF_UNIX, s.SOCK_SEQPACKET);
    await send(a, ['x'], [c.fileno()]);
    c.close();
    const [, [fileno = -1]] = await receive(b, 1, 1);
    using arrived = new Socket(undefined, undefined, undefined, { fileno });
    expect(arrived.type).toBe(s.SOCK_SEQPACKET);
    d.sendSync('for the new owner');
    expect(String(await arrived.recv(100))).toBe('for the new owner');
    for (const sock of [a, b, d]) sock.close();
  });

  test('more than there is room for are closed, and the flags say so', async () => {
    const [a, b] = socketpair();
    await send(a, ['x'], [a.fileno(), b.fileno()]);
    const [, fds, flags] = await receive(b, 1, 1);
    expect([fds.length, flags & s.MSG_CTRUNC]).toEqual([1, s.MSG_CTRUNC]);
    for (const fd of fds) closeSync(fd);
    await send(a, ['x'], [a.fileno()]);
    const [, none, cut] = await receive(b, 1, 0);
    expect([none, cut & s.MSG_CTRUNC]).toEqual([[], s.MSG_CTRUNC]);
    a.close();
    b.close();
  });

  test('credentials come before them, and take no room of theirs', async () => {
    const [a, b] = socketpair();
    b.setsockopt(s.SOL_SOCKET, s.SO_PASSCRED, true);
    await send(a, ['x'], [a.fileno()]);
    const [, fds, flags] = await receive(b, 1, 1);
    expect([fds.length, flags]).toEqual([1, 0]);
    for (const fd of fds) closeSync(fd);
    a.close();
    b.close();
  });

  test('at most 253 in a message; a closed one is refused', async () => {
    const [a, b] = socketpair();
    const many = Array<number>(253).fill(a.fileno());
    await send(a, ['x'], many);
    const [, fds] = await receive(b, 1, 253);
    expect(fds.length).toBe(253);
    for (const fd of fds) closeSync(fd);
    await expect(send(a, ['x'], [...many, a.fileno()])).rejects.toMatchObject({ code: 'EINVAL' });
    await expect(send(a, ['x'], [9999])).rejects.toMatchObject({ code: 'EBADF' });
    a.close();
    b.close();
  });
});

test('a stream ends a read behind the message with descriptors, and what follows is not lost', async () => {
  const [a, b] = socketpair();
  await a.sendall('before');
  expect(String(await b.recv(100))).toBe('before');
  await s.sendFds(a, ['with'], [a.fileno()]);
  await a.sendall('after');
  const [data, fds] = await s.recvFds(b, 100, 1);
  expect([String(data), fds.length]).toEqual(['with', 1]);
  expect(String(await b.recv(100))).toBe('after');
  for (const fd of fds) closeSync(fd);
  a.close();
  b.close();
});

test('urgent data waits for whoever asks for it', async () => {
  using listener = s.createServer(['127.0.0.1', 0]);
  using client = new Socket();
  const [[server]] = await Promise.all([listener.accept(), client.connect(listener.getsockname())]);
  await client.sendall('ab');
  await client.send('!', s.MSG_OOB);
  await expect.poll(() => server.recv(1, s.MSG_OOB | s.MSG_DONTWAIT).then(String, () => '')).toBe('!');
  expect(String(await server.recv(10, s.MSG_PEEK))).toBe('ab');
  expect(String(await server.recv(10))).toBe('ab');
  server.close();
});

test('a read of urgent data does not wait behind one of data, nor does it wait at all', async () => {
  const [a, b] = tcpPair();
  const data = b.recv(10);
  await expect(b.recv(1, s.MSG_OOB)).rejects.toMatchObject({ code: 'EINVAL' });
  await a.send('!', s.MSG_OOB);
  await expect.poll(() => b.recv(1, s.MSG_OOB).then(String, () => '')).toBe('!');
  await a.sendall('data');
  expect(String(await data)).toBe('data');
  a.close();
  b.close();
});

test('reads of the error queue and reads of data do not wait for each other', async () => {
  using sock = udp();
  using other = udp();
  sock.setsockopt(s.IPPROTO_IP, s.IP_RECVERR, true);
  const read = () => sock.recvmsg(10, 200, s.MSG_ERRQUEUE);
  const errors = [read(), read()] as const;
  const data = sock.recvfrom(10);
  await other.sendto('data', sock.getsockname());
  expect(String((await data)[0])).toBe('data');
  await sock.sendto('lost', ['127.0.0.1', freePort(s.SOCK_DGRAM)]);
  expect(String((await errors[0])[0])).toBe('lost');
  sock.close();
  await expect(errors[1]).rejects.toMatchObject({ code: 'EBADF', syscall: 'recvmsg' });
});

test('an aborted or timed out receive takes no descriptor with it', async () => {
  const [a, b] = socketpair();
  const controller = new AbortController();
  const waiting = s.recvFds(b, 1, 1, 0, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await s.sendFds(a, ['x'], [a.fileno()]);
  const [, fds] = await s.recvFds(b, 1, 1);
  expect(fds.map((fd) => fstatSync(fd).isSocket())).toEqual([true]);
  for (const fd of fds) closeSync(fd);
  a.close();
  b.close();
});

test('CPython receives our descriptors and credentials, and we receive its', async () => {
  using folder = new Folder();
  using listener = s.createServer(folder.file('s'), { family: s.AF_UNIX });
  await using python = new Python(
    `
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
msg, fds, flags, addr = socket.recv_fds(s, 100, 1)
os.write(fds[0], b'from python')
r, w = os.pipe()
socket.send_fds(s, [b'your', b's'], [r])
os.write(w, b'down the pipe'); os.close(w)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
print(msg.decode(), len(fds), flush=True)
data, items, flags, addr = s.recvmsg(100, 200)
print(data.decode(), [(level, kind, len(value)) for level, kind, value in items])
`,
    folder.file('s'),
  );
  const [sock] = await listener.accept();
  const [a, b] = socketpair();
  await s.sendFds(sock, ['mine'], [b.fileno()]);
  expect(String(await a.recv(100))).toBe('from python');
  const [data, [pipe = -1]] = await s.recvFds(sock, 100, 1);
  expect([String(data), readFileSync(pipe, 'utf8')]).toEqual(['yours', 'down the pipe']);
  closeSync(pipe);
  expect(await python.line()).toMatch(/^mine 1$/);
  await sock.sendmsg(['last']);
  expect(await python.line()).toBe(`last [(${s.SOL_SOCKET}, ${s.SCM_CREDENTIALS}, 12)]`);
  for (const each of [a, b, sock]) each.close();
});

describe('control data in memory', () => {
  const item = fc.tuple(
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  );

  test('any items are read back as they were written', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 8 }), (items) => {
        const control = packAncillary(items);
        expect(control.length).toBe(items.reduce((size, [, , data]) => size + s.CMSG_SPACE(data.length), 0));
        expect(unpackAncillary(control)).toEqual(items);
      }),
    );
  });

  test('any bytes are read without an error, and never beyond their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const [, , data] of unpackAncillary(bytes)) expect(data.length).toBeLessThanOrEqual(bytes.length - 16);
      }),
    );
  });

  test('items of any content are understood, or are not, without an error', () => {
    const kinds = fc.constantFrom(
      [s.SOL_SOCKET, s.SCM_RIGHTS],
      [s.SOL_SOCKET, s.SCM_CREDENTIALS],
      [s.SOL_SOCKET, s.SO_TIMESTAMP],
      [s.SOL_SOCKET, s.SO_TIMESTAMPNS],
      [s.SOL_SOCKET, s.SO_TIMESTAMPING],
      [s.IPPROTO_IP, s.IP_PKTINFO],
      [s.IPPROTO_IP, s.IP_RECVERR],
      [s.IPPROTO_IP, s.IP_TTL],
      [s.IPPROTO_IP, s.IP_TOS],
      [s.IPPROTO_IPV6, s.IPV6_PKTINFO],
      [s.IPPROTO_IPV6, s.IPV6_RECVERR],
      [s.IPPROTO_UDP, s.UDP_GRO],
    );
    const readers = [
      s.credentialsOf,
      s.descriptorsOf,
      s.packetInfoOf,
      s.queuedErrorOf,
      s.segmentSizeOf,
      s.timestampOf,
      s.timestampsOf,
      s.timeToLiveOf,
      s.trafficClassOf,
    ];
    fc.assert(
      fc.property(kinds, fc.uint8Array({ maxLength: 60 }), ([level, type], bytes) => {
        const items: s.AncillaryItem[] = [[level, type as number, Buffer.from(bytes)]];
        for (const read of readers) read(items);
      }),
    );
  });

  test('what is made for sending is read back', () => {
    const id = fc.nat(0x7fffffff);
    const inet = fc.oneof(fc.ipV4(), fc.constantFrom('::1', 'fe80::1', '2001:db8::7:1'));
    fc.assert(
      fc.property(fc.array(id), id, id, id, inet, fc.nat(0xfffe), (fds, pid, uid, gid, address, size) => {
        expect(s.descriptorsOf([s.descriptors(fds)])).toEqual(fds);
        expect(s.credentialsOf([s.credentials({ pid, uid, gid })])).toEqual({ pid, uid, gid });
        expect(s.segmentSize(size + 1)[2].readUInt16LE()).toBe(size + 1);
        const [level, type, data] = s.packetInfo({ address, interfaceIndex: pid });
        // to send, the source stands where a received item has the address to answer from
        if (level === s.IPPROTO_IP) data.copy(data, 8, 4, 8);
        expect(s.packetInfoOf([[level, type, data]])).toEqual({ address, interfaceIndex: pid });
      }),
    );
    expect(() => s.segmentSize(0)).toThrow('segmentSize(): size must be 1 to 65535, not 0');
  });

  test('lengths are those of the C macros', () => {
    expect([0, 1, 4, 8, 12].map((n) => [s.CMSG_LEN(n), s.CMSG_SPACE(n)])).toEqual([
      [16, 16],
      [17, 24],
      [20, 24],
      [24, 24],
      [28, 32],
    ]);
    for (const f of [s.CMSG_LEN, s.CMSG_SPACE]) {
      expect(() => f(-1)).toThrow('argument out of range: -1');
      expect(() => f(2 ** 31)).toThrow('argument out of range');
      expect(() => f(1.5)).toThrow('length must be an integer, not 1.5');
    }
  });

  test('packet information that is no address is refused', () => {
    expect(() => s.packetInfo({ address: 'localhost', interfaceIndex: 0 })).toThrow(
      "address must be numeric, not 'localhost'",
    );
    expect([s.packetInfoOf([]), s.timestampOf([]), s.credentialsOf([]), s.queuedErrorOf([])]).toEqual(
      Array(4).fill(undefined),
    );
  });
});

test('recvFdsInto takes bytes into memory, with the descriptors that came along, never those of two messages', async () => {
  const [a, b] = socketpair();
  const [c, d] = socketpair();
  const memory = new Uint8Array(100);
  const fds: number[] = [];
  await a.sendall('plain ');
  await s.sendFds(a, ['one'], [c.fileno(), d.fileno()]);
  await s.sendFds(a, ['two'], [c.fileno()]);
  const first = await b.recvFdsInto(memory, fds);
  expect([Buffer.from(memory.subarray(0, first)).toString(), fds.length]).toEqual(['plain one', 2]);
  const second = b.recvFdsIntoSync(memory, fds);
  expect([Buffer.from(memory.subarray(0, second)).toString(), fds.length]).toEqual(['two', 3]);
  b.settimeout(0.01);
  expect(() => b.recvFdsIntoSync(memory, fds)).toThrow('timed out');
  await expect(b.recvFdsInto(memory, fds)).rejects.toThrow('timed out');
  for (const fd of fds) s.closeFd(fd);
  for (const sock of [a, b, c, d]) sock.close();
});
