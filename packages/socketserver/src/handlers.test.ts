/** The handlers and their files; SocketWriterTest of CPython's Lib/test/test_socketserver.py among it. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { OSError, TimeoutError } from '@p8/errors';
import { AF_INET, AF_UNIX, IPPROTO_TCP, SOCK_DGRAM, SOCK_STREAM, socket, TCP_NODELAY } from '@p8/socket';
import {
  DatagramRequestHandler,
  PacketReader,
  PacketWriter,
  StreamRequestHandler,
  TCPServer,
  UnixDatagramServer,
} from './index.ts';
import { addressText } from './address-text.ts';

const anyPort = ['127.0.0.1', 0] as const;

describe('StreamRequestHandler', () => {
  // SocketWriterTest.test_basics, test_write
  test('wfile sends at once, and everything of a large write', async () => {
    const big = Buffer.alloc(8 * 1024 * 1024, 7);
    const seen: unknown[] = [];
    class Handler extends StreamRequestHandler {
      override async handle(): Promise<void> {
        seen.push(this.connection === this.request, await this.wfile.write('write data\n'));
        seen.push(String(await this.rfile.readline()), await this.wfile.write(big));
      }
    }
    await using server = new TCPServer(anyPort, Handler);
    const handled = server.handleRequest();
    using client = socket(AF_INET, SOCK_STREAM);
    await client.connect(server.serverAddress);
    await using file = client.makefile('r');
    expect(String(await file.readline())).toBe('write data\n');
    await client.sendall('client response\n');
    expect((await file.read()).equals(big)).toBe(true);
    await handled;
    expect(seen).toEqual([true, 11, 'client response\n', big.length]);
  });

  test('a buffered wfile is sent at the end; timeout and disableNagleAlgorithm reach the connection', async () => {
    const seen: unknown[] = [];
    class Handler extends StreamRequestHandler {
      static override wbufsize = -1;
      static override timeout = 0.01;
      static override disableNagleAlgorithm = true;
      override async handle(): Promise<void> {
        await this.wfile.write('kept');
        seen.push(this.connection.gettimeout(), this.connection.getsockopt(IPPROTO_TCP, TCP_NODELAY) !== 0);
        seen.push(await this.rfile.readline().catch((error: unknown) => error instanceof TimeoutError));
      }
    }
    await using server = new TCPServer(anyPort, Handler);
    const handled = server.handleRequest();
    using client = socket(AF_INET, SOCK_STREAM);
    await client.connect(server.serverAddress);
    expect(String(await client.recv(10))).toBe('kept');
    await handled;
    expect(seen).toEqual([0.01, true, true]);
  });
});

describe('DatagramRequestHandler', () => {
  test('a unix client without a name gets no answer, and an error only if there is one to send', async () => {
    const errors: unknown[] = [];
    const path = Buffer.from(`\0p8-handlers-${process.pid}`);
    class Handler extends DatagramRequestHandler {
      override async handle(): Promise<void> {
        expect(this.socket).toBe(this.request[1]);
        await this.wfile.write(this.packet);
      }
    }
    class Server extends UnixDatagramServer {
      override handleError(_request: unknown, _address: unknown, error: unknown): void {
        errors.push(error);
      }
    }
    await using server = new Server(path, Handler);
    using client = socket(AF_UNIX, SOCK_DGRAM);
    for (const packet of ['', 'x']) {
      await client.sendto(packet, path);
      await server.handleRequest();
    }
    expect(errors).toEqual([expect.any(OSError)]);
  });
});

describe('PacketReader', () => {
  test('reads what is there, in pieces and in lines', async () => {
    const reader = new PacketReader(Buffer.from('one\ntwo\nthree'));
    expect(String(await reader.read(2))).toBe('on');
    expect(String(await reader.readline())).toBe('e\n');
    expect(String(reader.readlineSync(2))).toBe('tw');
    expect([...reader].map(String)).toEqual(['o\n', 'three']);
    expect(await reader.read()).toHaveLength(0);
  });

  test('its lines are the packet, whatever the packet', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ max: 12 }), async (bytes) => {
        const lines: Buffer[] = [];
        for await (const line of new PacketReader(Buffer.from(bytes))) lines.push(line);
        expect(Buffer.concat(lines)).toEqual(Buffer.from(bytes));
        for (const line of lines.slice(0, -1)) expect(line.indexOf(10)).toBe(line.length - 1);
      }),
    );
  });
});

describe('PacketWriter', () => {
  test('copies what it is given', async () => {
    const writer = new PacketWriter();
    const bytes = new Uint16Array([1]);
    expect(await writer.write(bytes)).toBe(2);
    bytes[0] = 9;
    expect(writer.writeSync('é')).toBe(2);
    expect(await writer.write(new Uint8Array([7]).buffer)).toBe(1);
    await writer.flush();
    expect(writer.getvalue()).toEqual(Buffer.from([1, 0, 0xc3, 0xa9, 7]));
  });
});

test.each([
  [['127.0.0.1', 80], "('127.0.0.1', 80)"],
  [['::1', 80, 0, 0], "('::1', 80, 0, 0)"],
  ['/run/it', "'/run/it'"],
  ["it's\n", '"it\'s\\x0a"'],
  [Buffer.from('\0name'), "b'\\x00name'"],
] as const)('an address is printed as by Python: %s', (address, text) => {
  expect(addressText(address)).toBe(text);
});
