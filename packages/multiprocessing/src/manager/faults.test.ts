/** What happens to managers when processes are killed, and when peers do not keep to the protocol. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { BrokenPipeError } from '@p8/errors';
import { dump, PyTuple } from '@p8/pickle/cpython';
import { dupFd, socket } from '@p8/socket';
import * as tasks from '../../test/managed.ts';
import { activeChildren, Client, Manager, Process, SharedMemoryManager, SyncManager } from '../index.ts';
import type { Server } from '../index.ts';

const authkey = Buffer.from('secret');

function pidOf(name: string): number {
  const child = activeChildren().find((each) => each.name.startsWith(name));
  return child?.pid ?? 0;
}

/** Those of these names of shared memory that are there. */
function left(names: readonly string[]): string[] {
  const all = readdirSync('/dev/shm');
  return names.filter((name) => all.includes(name));
}

describe('a manager that is killed', () => {
  test('fails those who wait for it, awaiting and blocking, and those who call later', async () => {
    await using manager = await Manager();
    using queue = await manager.Queue();
    using lock = await manager.Lock();
    await lock.acquire();
    const waiting = [queue.get(), lock.acquire(), queue.join().then(() => queue.get())];
    using child = new Process({ target: tasks.killsIn, args: [pidOf('SyncManager'), 0.2] });
    child.start();
    expect(() => queue.getSync()).toThrow(BrokenPipeError);
    for (const settled of await Promise.allSettled(waiting)) {
      expect(settled).toMatchObject({ status: 'rejected', reason: expect.any(BrokenPipeError) });
    }
    await expect(queue.put(1)).rejects.toThrow('has gone');
    expect(() => queue.putSync(1)).toThrow('has gone');
    await child.join();
  });

  test('leaves no shared memory, nor does one that ends', async () => {
    for (const signal of ['SIGKILL', undefined] as const) {
      const manager = new SharedMemoryManager();
      await manager.start();
      using memory = await manager.SharedMemory(64);
      using list = manager.ShareableListSync([1, 'two']);
      memory.buf[0] = 7;
      const names = [memory.name, list.shm.name];
      expect(left(names)).toEqual(names);
      // nor a name of the socket
      expect(manager.address).toBeInstanceOf(Uint8Array);
      if (signal === undefined) await manager.shutdown();
      else process.kill(pidOf('SharedMemoryManager'), signal);
      await expect.poll(() => left(names), { timeout: 8000 }).toEqual([]);
      await manager.shutdown();
      list.shm.close();
    }
  });

  test('with the program that started it, leaves nothing', async () => {
    const program = fileURLToPath(new URL('../../test/has-manager.ts', import.meta.url));
    const child = spawn(process.execPath, ['-C', '@p8/source', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const [name = '', ...pids] = String(line).trim().split(' ');
    expect(left([name])).toEqual([name]);
    child.kill('SIGKILL');
    await expect.poll(() => pids.filter((pid) => isThere(Number(pid))), { timeout: 8000 }).toEqual([]);
    await expect.poll(() => left([name]), { timeout: 8000 }).toEqual([]);
  });
});

describe('a peer that', () => {
  async function withServer(body: (server: Server, port: number) => Promise<void>): Promise<void> {
    const manager = new SyncManager({
      address: ['127.0.0.1', 0],
      authkey,
      handshakeTimeout: 0.5,
      maxMessageSize: 1000,
    });
    const server = manager.getServer();
    const serving = server.serveForever();
    const [, port] = server.address as [string, number];
    try {
      await body(server, port);
      // others are still served
      const other = new SyncManager({ address: ['127.0.0.1', port], authkey });
      await other.connect();
      using list = await other.list([1]);
      expect(await list.copy()).toEqual([1]);
    } finally {
      server.shutdown();
      await serving;
    }
  }

  const request = dump(PyTuple.of(null, 'create', PyTuple.of('list'), {}));

  test.each([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a pickle that is none', Buffer.from([0x80, 4, 0xff])],
    ['what is no request', dump([1, 2, 3])],
    ['a class that is not allowed', Buffer.from('cos\nsystem\n(S"true"\ntR.')],
    ['more than is allowed', Buffer.alloc(2000)],
  ])('sends %s is refused', async (_name, message) => {
    await withServer(async (_server, port) => {
      using connection = await Client(['127.0.0.1', port], { authkey });
      await connection.sendBytes(message);
      await connection.recvBytes().then(
        (reply) => expect(String(reply)).toMatch(/#TRACEBACK/),
        () => {},
      );
      await expect(connection.recvBytes()).rejects.toThrow();
    });
  });

  test('cuts a request anywhere harms nobody', async () => {
    await withServer(async (_server, port) => {
      const frame = Buffer.concat([Buffer.from([0, 0, 0, request.length]), request]);
      for (let cut = 0; cut < frame.length; cut += 3) {
        using connection = await Client(['127.0.0.1', port], { authkey });
        using raw = socket(undefined, undefined, undefined, { fileno: dupFd(connection.fileno()) });
        await raw.sendall(frame.subarray(0, cut));
      }
    });
  });

  test('stalls in the handshake, or after it, is let go', async () => {
    await withServer(async (_server, port) => {
      using silent = socket();
      await silent.connect(['127.0.0.1', port]);
      using proved = await Client(['127.0.0.1', port], { authkey });
      await expect(proved.recvBytes()).rejects.toThrow();
      while ((await silent.recv(100)).length > 0);
    });
  });

  test('has a wrong key, or none, is refused', async () => {
    await withServer(async (_server, port) => {
      const wrong = new SyncManager({ address: ['127.0.0.1', port], authkey: Buffer.from('wrong') });
      await expect(wrong.connect()).rejects.toThrow('digest sent was rejected');
      using keyless = await Client(['127.0.0.1', port]);
      await keyless.sendBytes(request);
      await keyless.recvBytes().catch(() => {});
    });
  });
});

test('minDigest refuses what is weaker', async () => {
  const manager = new SyncManager({ address: ['127.0.0.1', 0], authkey, minDigest: 'sha256' });
  using server = manager.getServer();
  const serving = server.serveForever();
  await expect(Client(server.address, { authkey, digest: 'md5', minDigest: 'md5' })).rejects.toThrow();
  server.shutdown();
  await serving;
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
