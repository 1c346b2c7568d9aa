import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Load } from './load.ts';

/** A server that echoes first messages and then does as told. */
async function withServer<T>(
  answer: (socket: Socket, data: Buffer) => void,
  body: (port: number) => Promise<T>,
): Promise<T> {
  const server = createServer((socket) => {
    let messages = 0;
    socket.on('data', (data) => (messages++ === 0 ? socket.write(data) : answer(socket, data)));
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await body((server.address() as AddressInfo).port);
  } finally {
    server.close();
    await once(server, 'close');
  }
}

describe('Load', () => {
  const measure = async (port: number) => {
    await using load = await Load.connect(port, 4, 100);
    return await load.run(0.05);
  };

  test('counts every request and answer when the server echoes', async () => {
    let answers = 0;
    const result = await withServer((socket, data) => {
      answers++;
      socket.write(data);
    }, measure);
    expect(result.errors).toBe(0);
    expect(result.requests).toBe(answers);
    expect(result.p50).toBeGreaterThan(0);
    expect(result.p99).toBeGreaterThanOrEqual(result.p50);
    // p99 is the middle of a bucket of 1.6 %, max is exact
    expect(result.max).toBeGreaterThanOrEqual(result.p99 * 0.98);
  });

  test('with `once` each message has a connection of its own', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.pipe(socket);
      socket.on('error', () => socket.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await using load = await Load.connect((server.address() as AddressInfo).port, 4, 10, { mode: 'once' });
    const { requests, errors } = await load.run(0.05);
    expect(errors).toBe(0);
    // the first message of each is not measured
    expect(connections).toBe(requests + 4);
    server.close();
  });

  test('a changed byte is an error', async () => {
    const result = await withServer((socket, data) => {
      data[50]! ^= 1;
      socket.write(data);
    }, measure);
    expect(result).toMatchObject({ errors: 4, requests: 0 });
  });

  test('the answer to another request is an error', async () => {
    let first: Buffer | undefined;
    const result = await withServer((socket, data) => {
      first ??= Buffer.from(data);
      socket.write(first);
    }, measure);
    // whoever asked first was answered rightly, once
    expect(result).toMatchObject({ errors: 4, requests: 1 });
  });

  test('more bytes than were sent are an error', async () => {
    const result = await withServer((socket, data) => socket.write(Buffer.concat([data, data])), measure);
    expect(result.errors).toBe(4);
  });

  test('a closed connection is an error', async () => {
    const result = await withServer((socket) => socket.destroy(), measure);
    expect(result).toMatchObject({ errors: 4, requests: 0 });
  });

  test('messages that come in pieces are put together', async () => {
    const result = await withServer(
      (socket, data) => socket.write(data),
      async (port) => {
        await using load = await Load.connect(port, 2, 3_000_000);
        return await load.run(0.05);
      },
    );
    expect(result.errors).toBe(0);
    expect(result.requests).toBeGreaterThan(0);
  });
});
