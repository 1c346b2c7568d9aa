/** CPython's own connections at the other end. */
import { expect, test } from 'vitest';
import { ValueError } from '@p8/errors';
import { PyTuple } from '@p8/pickle/cpython';
import { Socket } from '@p8/socket';
import { AuthenticationError } from '../process-errors.ts';
import type { ConnectionAddress } from './address.ts';
import { Client, ClientSync } from './client.ts';
import type { Digest } from './digest.ts';
import { recvHandle, sendHandle } from './handles.ts';
import { Listener } from './listener.ts';
import { pickleCodec } from './pickle-codec.ts';
import { checkLeftovers } from '../../test/leftovers.ts';
import { Python } from '../../test/python.ts';

checkLeftovers();

/** Prints where it listens, and sends every message back until an empty one comes. */
const ECHO = `
where, key = eval(args[0]), eval(args[1])
with Listener(where, authkey=key) as listener:
    print(listener.address[1] if isinstance(listener.address, tuple) else '', flush=True)
    for _ in range(int(args[2])):
        try:
            with listener.accept() as connection:
                while message := connection.recv_bytes(): connection.send_bytes(message)
            print('done', flush=True)
        except Exception as error: print(type(error).__name__, error, flush=True)
`;

/** Connects, and prints what it hears back, or the error. */
const CALL = `
where, key = eval(args[0]), eval(args[1])
try:
    with Client(where, authkey=key) as connection:
        connection.send_bytes(b'hello')
        print(connection.recv_bytes().decode(), flush=True)
except Exception as error: print(type(error).__name__, error, flush=True)
`;

const key = Buffer.from('secret');
const abstract = `p8-python-${process.pid}`;

interface Place {
  readonly name: string;
  /** As Python writes it. */
  readonly there: string;
  /** As we do, with the port that was chosen. */
  readonly here: (port: number) => ConnectionAddress;
}

const places: Place[] = [
  { name: 'TCP', there: "('127.0.0.1', 0)", here: (port) => ['127.0.0.1', port] },
  { name: 'a path', there: `'/tmp/${abstract}'`, here: () => `/tmp/${abstract}` },
  { name: 'an abstract name', there: `'\\0${abstract}'`, here: () => Buffer.from(`\0${abstract}`) },
];

async function echoed(place: Place, theirKey: string, times: number): Promise<[Python, ConnectionAddress]> {
  const python = new Python(ECHO, place.there, theirKey, String(times));
  const port = Number(await python.line());
  return [python, place.here(port)];
}

test.each(places)('a listener of Python over $name: with a key, without, and with a wrong one', async (place) => {
  await using _python = await (async () => {
    const [python, address] = await echoed(place, "b'secret'", 3);
    using client = await Client(address, { authkey: key });
    for (const size of [1, 16_384, 16_385, 65_535, 65_537, 3_000_000]) {
      const message = Buffer.alloc(size, size % 251);
      const [echo] = await Promise.all([client.recvBytes(), client.sendBytes(message)]);
      expect(echo.equals(message)).toBe(true);
    }
    await client.sendBytes('');
    expect(await python.line()).toBe('done');
    await expect(Client(address, { authkey: Buffer.from('wrong') })).rejects.toThrow(AuthenticationError);
    expect(await python.line()).toBe('AuthenticationError digest received was wrong');
    using blocking = ClientSync(address, { authkey: key });
    blocking.sendBytesSync('again');
    expect(String(blocking.recvBytesSync())).toBe('again');
    blocking.sendBytesSync('');
    return python;
  })();
  await using _without = await (async () => {
    const [python, address] = await echoed(place, 'None', 1);
    using client = await Client(address);
    await client.sendBytes('no key');
    expect(String(await client.recvBytes())).toBe('no key');
    await client.sendBytes('');
    return python;
  })();
});

test.each<Digest>(['md5', 'sha256', 'sha384', 'sha3_256', 'sha3_384'])(
  'a client of Python answers a challenge for %s',
  async (digest) => {
    using listener = new Listener({ family: 'AF_INET', authkey: key, digest });
    const [, port] = listener.address as [string, number];
    await using python = new Python(CALL, `('127.0.0.1', ${port})`, "b'secret'");
    using connection = await listener.accept();
    await connection.sendBytes(`${String(await connection.recvBytes())} to you`);
    expect(await python.line()).toBe('hello to you');
  },
);

test('a client of Python with a wrong key hears so, and the next is served', async () => {
  const failures: unknown[] = [];
  using listener = new Listener({ authkey: key, onFailure: (error) => failures.push(error) });
  const accepting = listener.accept();
  await using wrong = new Python(CALL, `'${listener.address as string}'`, "b'wrong'");
  expect(await wrong.line()).toBe('AuthenticationError digest sent was rejected');
  await using right = new Python(CALL, `'${listener.address as string}'`, "b'secret'");
  using connection = await accepting;
  await connection.sendBytes(await connection.recvBytes());
  expect(await right.line()).toBe('hello');
  expect(failures).toEqual([new AuthenticationError('digest received was wrong')]);
});

test('descriptors go to Python and come from it', async () => {
  using listener = new Listener({ authkey: key });
  await using python = new Python(
    `
from multiprocessing.reduction import recv_handle, send_handle
with Client(args[0], authkey=b'secret') as connection:
    handle = recv_handle(connection)
    print(socket.socket(fileno=handle).getsockname()[1], flush=True)
    with socket.socket() as own:
        own.bind(('127.0.0.1', 0))
        send_handle(connection, own.fileno(), 0)
        print(own.getsockname()[1], flush=True)
        connection.recv_bytes()
`,
    listener.address as string,
  );
  using connection = await listener.accept();
  using sock = new Socket();
  sock.bind(['127.0.0.1', 0]);
  await sendHandle(connection, sock.fileno());
  expect(await python.line()).toBe(String(sock.getsockname()[1]));
  using theirs = new Socket(undefined, undefined, undefined, { fileno: await recvHandle(connection) });
  expect(await python.line()).toBe(String(theirs.getsockname()[1]));
  await connection.sendBytes('seen');
});

test('objects go to Python and come from it', async () => {
  using listener = new Listener({ authkey: key, codec: pickleCodec });
  await using python = new Python(
    `
with Client(args[0], authkey=b'secret') as connection:
    order = connection.recv()
    print(order, flush=True)
    connection.send({'total': sum(order['prices']), 'seen': (True, None)})
    connection.send(ValueError('no more', 7))
`,
    listener.address as string,
  );
  using connection = await listener.accept();
  await connection.send({ name: 'lamp', prices: [1, 2.5] });
  expect(await python.line()).toBe("{'name': 'lamp', 'prices': [1, 2.5]}");
  expect(await connection.recv()).toEqual(
    new Map<string, unknown>([
      ['total', 3.5],
      ['seen', PyTuple.of(true, null)],
    ]),
  );
  expect(connection.recvSync()).toBeInstanceOf(ValueError);
});
