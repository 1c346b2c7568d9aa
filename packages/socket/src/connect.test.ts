/** Connecting: to each family, by name, in vain, with a limit, and called off. */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Folder, freePort, portOf } from '../test/connected.ts';
import { forms } from '../test/forms.ts';
import { checkLeftovers } from '../test/leftovers.ts';
import * as s from './index.ts';
import { createServer, Socket } from './index.ts';

checkLeftovers();

/** Longer than a domain name may be: it is refused without asking a name server. */
const UNKNOWN = `${'x'.repeat(64)}.invalid`;

/** A listener whose queue is full: a further connection waits. */
function fullListener(family: number, address: s.Address): [Socket, Socket] {
  const listener = new Socket(family);
  listener.bind(address);
  listener.listen(0);
  const queued = new Socket(family);
  queued.connectSync(listener.getsockname());
  return [listener, queued];
}

describe.each(forms)('%s', (_, call) => {
  test.each([
    ['IPv4', s.AF_INET, '127.0.0.1'],
    ['IPv6', s.AF_INET6, '::1'],
  ])('connects over %s', async (_kind, family, host) => {
    using listener = createServer([host, 0], { family });
    using sock = new Socket(family);
    await call.connect(sock, [host, portOf(listener)]);
    expect(sock.getpeername()).toEqual(listener.getsockname());
    const [accepted, address] = await call.accept(listener);
    expect(address).toEqual(sock.getsockname());
    accepted.close();
  });

  test('connects by name', async () => {
    using listener = createServer(['127.0.0.1', 0]);
    using sock = new Socket();
    sock.settimeout(60);
    expect(await call.connectEx(sock, ['localhost', portOf(listener)])).toBe(0);
    expect(sock.getpeername()).toEqual(listener.getsockname());
  });

  test('an unknown name is a gaierror, of connectEx too', async () => {
    using sock = new Socket();
    const unknown = { name: 'gaierror', code: 'EAI_NONAME', errno: s.EAI_NONAME };
    await expect(call.connect(sock, [UNKNOWN, 80])).rejects.toMatchObject(unknown);
    await expect(call.connectEx(sock, [UNKNOWN, 80])).rejects.toMatchObject(unknown);
    await expect(call.connect(sock, [UNKNOWN, 80])).rejects.toThrow(UNKNOWN);
    await expect(call.connect(sock, ['::1', 80])).rejects.toMatchObject({ code: 'EAI_ADDRFAMILY' });
  });

  test('a port without a listener refuses', async () => {
    const address = ['127.0.0.1', freePort()] as const;
    using sock = new Socket();
    await expect(call.connect(sock, address)).rejects.toMatchObject({
      name: 'ConnectionRefusedError',
      code: 'ECONNREFUSED',
      syscall: 'connect',
      address,
      message: `[Errno 111] Connection refused (connect 127.0.0.1:${address[1]})`,
    });
    using other = new Socket();
    expect(await call.connectEx(other, address)).toBe(111);
  });

  test('connectEx raises what is not an errno of connect', async () => {
    using sock = new Socket();
    await expect(call.connectEx(sock, ['127.0.0.1', 65_536])).rejects.toThrow('connect(): port must be 0-65535');
    await expect(call.connectEx(sock, 'path')).rejects.toThrow('connect(): AF_INET address must be [host, port]');
  });

  test('without waiting, a connection goes on in the background', async () => {
    using listener = createServer(['127.0.0.1', 0]);
    using sock = new Socket();
    sock.setblocking(false);
    await expect(call.connect(sock, listener.getsockname())).rejects.toMatchObject({
      name: 'BlockingIOError',
      code: 'EINPROGRESS',
    });
    // 0 the first time after its end, then EISCONN
    await expect.poll(() => sock.connectExSync(listener.getsockname())).toBe(106);
    expect(sock.getpeername()).toEqual(listener.getsockname());
  });

  test('a failure in the background is told once by SO_ERROR', async () => {
    using sock = new Socket();
    sock.setblocking(false);
    expect(await call.connectEx(sock, ['127.0.0.1', freePort()])).toBe(115);
    const error = (): number => sock.getsockopt(s.SOL_SOCKET, s.SO_ERROR);
    await expect.poll(error).toBe(111);
    expect(error()).toBe(0);
  });

  test.each([
    ['TCP', s.AF_INET],
    ['unix', s.AF_UNIX],
  ])('%s: a full queue is waited for, until the limit', async (_kind, family) => {
    using folder = new Folder();
    const [listener, queued] = fullListener(family, family === s.AF_UNIX ? folder.file('l') : ['127.0.0.1', 0]);
    using sock = new Socket(family);
    sock.settimeout(0.02);
    await expect(call.connect(sock, listener.getsockname())).rejects.toMatchObject({
      name: 'TimeoutError',
      message: 'timed out',
      syscall: 'connect',
    });
    sock.settimeout(0);
    expect(await call.connectEx(sock, listener.getsockname())).toBe(family === s.AF_UNIX ? 11 : 114);
    listener.close();
    queued.close();
  });

  test('paths that cannot be connected to', async () => {
    using folder = new Folder();
    writeFileSync(folder.file('file'), '');
    using stream = new Socket(s.AF_UNIX);
    const path = folder.file('bound');
    await expect(call.connect(stream, folder.file('none'))).rejects.toMatchObject({ name: 'FileNotFoundError' });
    await expect(call.connect(stream, folder.file('file'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    using listener = new Socket(s.AF_UNIX);
    listener.bind(path);
    await expect(call.connect(stream, path)).rejects.toMatchObject({ code: 'ECONNREFUSED', address: path });
    listener.listen();
    using datagram = new Socket(s.AF_UNIX, s.SOCK_DGRAM);
    await expect(call.connect(datagram, path)).rejects.toMatchObject({ code: 'EPROTOTYPE' });
    await call.connect(stream, path);
    expect(stream.getpeername()).toBe(path);
    const [accepted, address] = await call.accept(listener);
    expect(address).toBe('');
    accepted.close();
    listener.close();
    using late = new Socket(s.AF_UNIX);
    await expect(call.connect(late, path)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe.each([
  ['TCP', s.AF_INET],
  ['unix', s.AF_UNIX],
])('%s: a connection that waits for its queue', (_, family) => {
  test('is made when there is room', async () => {
    using folder = new Folder();
    const [listener, queued] = fullListener(family, family === s.AF_UNIX ? folder.file('l') : ['127.0.0.1', 0]);
    using sock = new Socket(family);
    const connecting = sock.connect(listener.getsockname());
    const [first] = await listener.accept();
    await connecting;
    const [second] = await listener.accept();
    await sock.sendall('here');
    expect(String(await second.recv(10))).toBe('here');
    for (const each of [listener, queued, first, second]) each.close();
  });

  test('ends with the reason of its signal', async () => {
    using folder = new Folder();
    const [listener, queued] = fullListener(family, family === s.AF_UNIX ? folder.file('l') : ['127.0.0.1', 0]);
    using sock = new Socket(family);
    const reason = new Error('no longer');
    const controller = new AbortController();
    const connecting = sock.connect(listener.getsockname(), { signal: controller.signal });
    await new Promise(setImmediate);
    controller.abort(reason);
    await expect(connecting).rejects.toBe(reason);
    await expect(sock.connect(listener.getsockname(), { signal: controller.signal })).rejects.toBe(reason);
    listener.close();
    queued.close();
  });

  test('ends when its socket is closed', async () => {
    using folder = new Folder();
    const [listener, queued] = fullListener(family, family === s.AF_UNIX ? folder.file('l') : ['127.0.0.1', 0]);
    const sock = new Socket(family);
    const connecting = sock.connect(listener.getsockname());
    const ended = expect(connecting).rejects.toMatchObject({ code: 'EBADF', syscall: 'connect' });
    await new Promise(setImmediate);
    sock.close();
    await ended;
    listener.close();
    queued.close();
  });
});

test('a look-up for a connection ends with its socket’s limit, its signal, or a close', async () => {
  using listener = createServer(['127.0.0.1', 0]);
  const reason = new Error('no longer');
  const controller = new AbortController();
  using aborted = new Socket();
  const connecting = aborted.connect(['localhost', portOf(listener)], { signal: controller.signal });
  controller.abort(reason);
  await expect(connecting).rejects.toBe(reason);
  const closed = new Socket();
  const other = closed.connect(['localhost', portOf(listener)]);
  closed.close();
  await expect(other).rejects.toMatchObject({ code: 'EBADF', syscall: 'connect' });
});
