/** What every server class must do when things go wrong: after CPython's Lib/test/test_socketserver.py, and beyond. */
import { readdirSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  catchWarnings,
  KeyboardInterrupt,
  OSError,
  OverflowError,
  RuntimeError,
  simplefilter,
  SystemExit,
  ValueError,
} from '@p8/errors';
import { createConnection, createServer, SHUT_WR, SO_LINGER, SOL_SOCKET } from '@p8/socket';
import type { Address, Socket } from '@p8/socket';
import {
  AsyncMixIn,
  AsyncTCPServer,
  BaseRequestHandler,
  BaseServer,
  StreamRequestHandler,
  TCPServer,
  UDPServer,
} from './index.ts';
import type { RequestHandlerClass } from './index.ts';

const anyPort = ['127.0.0.1', 0] as const;
const descriptors = (): number => readdirSync('/proc/self/fd').length;
let before = 0;

// the reactor and the resolver open descriptors of their own, once
beforeAll(async () => {
  using listener = createServer(anyPort);
  using _client = await createConnection(listener.getsockname());
});
beforeEach(() => {
  before = descriptors();
});
afterEach(() => {
  vi.restoreAllMocks();
  expect(descriptors()).toBe(before);
});

class Echo extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(line);
  }
}

/** Resolves when its handler has begun; ends when its client does. */
function idling(): { readonly Handler: typeof Echo; readonly begun: Promise<void> } {
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  class Handler extends Echo {
    override handle(): Promise<void> {
      resolve();
      return super.handle();
    }
  }
  return { Handler, begun };
}

function raising(error: unknown): RequestHandlerClass<Socket> {
  return class extends BaseRequestHandler {
    override handle(): void {
      throw error;
    }
  };
}

async function answer(address: Address, text = ''): Promise<string> {
  using client = await createConnection(address);
  await client.sendall(text);
  client.shutdown(SHUT_WR);
  await using file = client.makefile('r');
  return String(await file.read());
}

const connect = (server: Pick<TCPServer, 'serverAddress'>): Promise<Socket> => createConnection(server.serverAddress);

for (const Server of [TCPServer, AsyncTCPServer as typeof TCPServer]) {
  describe(Server.name, () => {
    // test_close_immediately, test_context_manager
    test('closing a server that never served leaves nothing', async () => {
      let kept: TCPServer | undefined;
      {
        await using server = new Server(anyPort, Echo);
        kept = server;
        expect(server.fileno()).toBeGreaterThan(0);
        expect(server.serverAddress).toEqual(server.socket.getsockname());
      }
      expect(kept.fileno()).toBe(-1);
      await kept.serverClose();
    });

    // test_tcpserver_bind_leak
    test('a server that cannot be bound leaves no descriptor', () => {
      for (let i = 0; i < 64; i++) expect(() => new Server(['127.0.0.1', -1], Echo)).toThrow(OverflowError);
    });

    // ErrorHandlerTest.test_sync_handled, test_threading_handled
    test("a handler's error is printed in Python's frame, and the server goes on", async () => {
      const written: string[] = [];
      vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
      let broken = true;
      class SometimesBroken extends Echo {
        override async handle(): Promise<void> {
          if (broken) throw new ValueError('bad request');
          await super.handle();
        }
      }
      await using server = new Server(anyPort, SometimesBroken);
      const serving = server.serveForever();
      expect(await answer(server.serverAddress, 'x\n')).toBe('');
      broken = false;
      expect(await answer(server.serverAddress, 'x\n')).toBe('x\n');
      server.shutdown();
      await serving;
      const lines = written.join('').split('\n');
      expect(lines[0]).toBe('-'.repeat(40));
      expect(lines[1]).toMatch(/^Exception occurred during processing of request from \('127\.0\.0\.1', \d+\)$/);
      expect(lines[2]).toBe('Traceback (most recent call last):');
      expect(lines.slice(-3)).toEqual(['ValueError: bad request', '-'.repeat(40), '']);
    });

    test('a handler may throw anything, and its own cancelled call, without ending the server', async () => {
      const errors: unknown[] = [];
      class Quiet extends Server {
        override handleError(_request: Socket, _address: Address, error: unknown): void {
          errors.push(error);
        }
      }
      const cancelled = new DOMException('This operation was aborted', 'AbortError');
      for (const error of ['text', undefined, cancelled]) {
        await using server = new Quiet(anyPort, raising(error));
        const serving = server.serveForever();
        expect(await answer(server.serverAddress)).toBe('');
        server.shutdown();
        await serving;
      }
      expect(errors).toEqual(['text', undefined, cancelled]);
    });

    // ErrorHandlerTest.test_sync_not_handled, test_threading_not_handled
    test('SystemExit and KeyboardInterrupt end serving, with the request closed', async () => {
      for (const error of [new SystemExit(3), new KeyboardInterrupt()]) {
        const handled = vi.fn();
        class Watched extends Server {
          override handleError(): void {
            handled();
          }
        }
        await using server = new Watched(anyPort, raising(error));
        const serving = expect(server.serveForever()).rejects.toBe(error);
        expect(await answer(server.serverAddress)).toBe('');
        await serving;
        expect(handled).not.toHaveBeenCalled();
      }
    });

    // MiscTestCase.test_shutdown_request_called_if_verify_request_false
    test('a request that is not verified is shut down', async () => {
      let shutdowns = 0;
      class Refusing extends Server {
        override async verifyRequest(): Promise<boolean> {
          return false;
        }
        override shutdownRequest(request: Socket): void | Promise<void> {
          shutdowns++;
          return super.shutdownRequest(request);
        }
      }
      await using server = new Refusing(anyPort, Echo);
      const [got] = await Promise.all([answer(server.serverAddress), server.handleRequest()]);
      expect(got).toBe('');
      expect(shutdowns).toBe(1);
    });

    test('an error of verifyRequest concerns its request only', async () => {
      const errors: unknown[] = [];
      class Doubting extends Server {
        override verifyRequest(): boolean {
          throw new ValueError('who are you');
        }
        override handleError(_request: Socket, _address: Address, error: unknown): void {
          errors.push(error);
        }
      }
      await using server = new Doubting(anyPort, Echo);
      await Promise.all([answer(server.serverAddress), server.handleRequest()]);
      expect(errors).toHaveLength(1);
    });

    test('the files of a handler whose setup fails are closed', async () => {
      const finished = vi.fn();
      class Failing extends Echo {
        override setup(): void {
          void super.setup();
          throw new ValueError('no');
        }
        override async finish(): Promise<void> {
          finished();
          await super.finish();
        }
      }
      class Quiet extends Server {
        override handleError(): void {}
      }
      await using server = new Quiet(anyPort, Failing);
      await Promise.all([answer(server.serverAddress), server.handleRequest()]);
      expect(finished).not.toHaveBeenCalled();
    });

    // test_shutdown
    test('shutdown ends twenty servers at once', async () => {
      const servers = Array.from({ length: 20 }, () => new Server(anyPort, Echo));
      const serving = servers.map((server) => server.serveForever());
      for (const server of servers) server.shutdown();
      await Promise.all(serving);
      await Promise.all(servers.map((server) => server.serverClose()));
    });

    test('shutdown with clients waiting ends serving, and closing turns them away', async () => {
      class Last extends Echo {
        override handle(): Promise<void> {
          this.server.shutdown();
          return Promise.resolve();
        }
      }
      const server = new Server(anyPort, Last);
      const clients = await Promise.all(Array.from({ length: 5 }, () => connect(server)));
      await server.serveForever();
      await server.serverClose();
      for (const client of clients) {
        await client.recv(1).catch((error: unknown) => expect(error).toBeInstanceOf(OSError));
        client.close();
      }
    });

    test('an aborted signal ends serving with its reason, although a client is idle', async () => {
      const { Handler, begun } = idling();
      const server = new Server(anyPort, Handler);
      const controller = new AbortController();
      const serving = server.serveForever({ signal: controller.signal });
      using client = await connect(server);
      await begun;
      controller.abort(new KeyboardInterrupt());
      await expect(serving).rejects.toBe(controller.signal.reason);
      if (Server === TCPServer) expect(await client.recv(1)).toHaveLength(0);
      client.close();
      await server.serverClose();
    });

    test('closing a server that serves ends serving', async () => {
      const server = new Server(anyPort, Echo);
      const serving = server.serveForever();
      await server.serverClose();
      await serving;
    });

    test('a signal that is aborted already lets nothing begin', async () => {
      await using server = new Server(anyPort, Echo);
      await expect(server.serveForever({ signal: AbortSignal.abort(new ValueError('late')) })).rejects.toThrow('late');
      await expect(server.handleRequest({ signal: AbortSignal.abort(new ValueError('late')) })).rejects.toThrow('late');
    });

    test('serving twice at once is refused', async () => {
      await using server = new Server(anyPort, Echo);
      const serving = server.serveForever();
      await expect(server.serveForever()).rejects.toThrow(RuntimeError);
      server.shutdown();
      await serving;
    });

    test('a step may ignore the options of getRequest', async () => {
      class Porting extends Server {
        override getRequest(): ReturnType<TCPServer['getRequest']> {
          return super.getRequest();
        }
      }
      await using server = new Porting(anyPort, Echo);
      const serving = server.serveForever();
      expect(await answer(server.serverAddress, 'x')).toBe('x');
      server.shutdown();
      await serving;
      server.timeout = 0.001;
      await server.handleRequest();
    });

    test('a server that does not listen says so instead of spinning', async () => {
      await using server = new Server(anyPort, Echo, false);
      await expect(server.serveForever()).rejects.toThrow(OSError);
      server.serverBind();
      server.serverActivate();
      const [got] = await Promise.all([answer(server.serverAddress, 'x'), server.handleRequest()]);
      expect(got).toBe('x');
    });

    test('a shortage of descriptors is reported once and sat out; no client is lost', async () => {
      let failures = 3;
      class Short extends Server {
        override getRequest(...args: Parameters<TCPServer['getRequest']>): ReturnType<TCPServer['getRequest']> {
          if (failures-- > 0) return Promise.reject(new OSError(24, { syscall: 'accept' }));
          return super.getRequest(...args);
        }
      }
      const shown = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      await using server = new Short(anyPort, Echo);
      using caught = catchWarnings({ record: true });
      simplefilter('always');
      const serving = server.serveForever();
      expect(await answer(server.serverAddress, 'x')).toBe('x');
      server.shutdown();
      await serving;
      expect(caught.warnings).toHaveLength(1);
      expect(shown).not.toHaveBeenCalled();
    });

    test('a connection that is over before it is accepted is passed over', async () => {
      let aborted = false;
      class Unlucky extends Server {
        override getRequest(...args: Parameters<TCPServer['getRequest']>): ReturnType<TCPServer['getRequest']> {
          if (aborted) return super.getRequest(...args);
          aborted = true;
          return Promise.reject(new OSError(103, { syscall: 'accept' }));
        }
      }
      await using server = new Unlucky(anyPort, Echo);
      const serving = server.serveForever();
      expect(await answer(server.serverAddress, 'x')).toBe('x');
      server.shutdown();
      await serving;
    });

    test('serviceActions is called between requests and while none comes', async () => {
      let turns = 0;
      class Busy extends Server {
        override serviceActions(): void {
          if (++turns === 3) this.shutdown();
        }
      }
      await using server = new Busy(anyPort, Echo);
      await server.serveForever({ pollInterval: 0.001 });
      expect(turns).toBe(3);
      await expect(server.serveForever({ pollInterval: Number.NaN })).rejects.toThrow(OverflowError);
    });

    test('a peer that resets its connection harms nobody else', async () => {
      class Quiet extends Server {
        override handleError(): void {}
      }
      await using server = new Quiet(anyPort, Echo);
      const serving = server.serveForever();
      const rude = await connect(server);
      rude.setsockopt(SOL_SOCKET, SO_LINGER, new Uint8Array(Int32Array.of(1, 0).buffer));
      await rude.sendall('half a li');
      rude.close();
      expect(await answer(server.serverAddress, 'x')).toBe('x');
      server.shutdown();
      await serving;
    });
  });
}

describe('AsyncMixIn', () => {
  test('serves clients together, where a plain server serves the second after the first', async () => {
    await using server = new AsyncTCPServer(anyPort, Echo);
    const serving = server.serveForever();
    using idle = await connect(server);
    await idle.sendall('a\n');
    expect(String(await idle.recv(10))).toBe('a\n');
    expect(await answer(server.serverAddress, 'b\n')).toBe('b\n');
    expect(server.activeRequests).toBeGreaterThan(0);
    idle.close();
    server.shutdown();
    await serving;
  });

  test('serverClose waits for the requests in hand', async () => {
    const server = new AsyncTCPServer(anyPort, Echo);
    const serving = server.serveForever();
    using client = await connect(server);
    await client.sendall('a\n');
    await client.recv(10);
    const closed = server.serverClose();
    await serving;
    await client.sendall('still here\n');
    expect(String(await client.recv(100))).toBe('still here\n');
    client.close();
    await closed;
    expect(server.activeRequests).toBe(0);
  });

  test('without blockOnClose serverClose drops them, silently', async () => {
    class Dropping extends AsyncTCPServer {
      static override blockOnClose = false;
    }
    const shown = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    class Raw extends BaseRequestHandler {
      override async handle(): Promise<void> {
        for (;;) if ((await this.request.recv(10)).length === 0) return;
      }
    }
    for (const Handler of [Echo, Raw]) {
      const server = new Dropping(anyPort, Handler);
      const serving = server.serveForever();
      using client = await connect(server);
      await vi.waitUntil(() => server.activeRequests === 1);
      await server.serverClose();
      await serving;
      expect(await client.recv(1)).toHaveLength(0);
      await vi.waitUntil(() => server.activeRequests === 0);
    }
    expect(shown).not.toHaveBeenCalled();
  });

  test('a handler may close its own server', async () => {
    class Closing extends Echo {
      override async handle(): Promise<void> {
        await this.server.serverClose();
        await this.wfile.write('closed');
      }
    }
    const server = new AsyncTCPServer(anyPort, Closing);
    const serving = server.serveForever();
    expect(await answer(server.serverAddress)).toBe('closed');
    await serving;
    await server.serverClose();
  });

  // test_threads_reaped
  test('finished requests are forgotten', async () => {
    await using server = new AsyncTCPServer(anyPort, Echo);
    for (let i = 0; i < 10; i++) await Promise.all([server.handleRequest(), answer(server.serverAddress)]);
    await vi.waitUntil(() => server.activeRequests === 0);
  });

  test('works on a server that has no sockets at all', async () => {
    const results: number[] = [];
    class Numbers extends BaseServer<number> {
      #next = 0;
      override getRequest(): Promise<[number, Address]> {
        return Promise.resolve([this.#next++, '']);
      }
    }
    class AsyncNumbers extends AsyncMixIn(Numbers) {}
    class Handler extends BaseRequestHandler<number> {
      override async handle(): Promise<void> {
        await Promise.resolve();
        if (results.push(this.request) === 3) this.server.shutdown();
      }
    }
    await using server = new AsyncNumbers('', Handler);
    await server.serveForever();
    await server.serverClose();
    expect(results.slice(0, 3)).toEqual([0, 1, 2]);
  });
});

describe('BaseServer', () => {
  test('refuses something that is no class of handlers', () => {
    expect(() => new TCPServer(anyPort, undefined as never)).toThrow(/RequestHandlerClass/);
  });
});

describe('UDPServer', () => {
  test('cuts a datagram at maxPacketSize', async () => {
    class Small extends UDPServer {
      static override maxPacketSize = 4;
    }
    const seen = Promise.withResolvers<string>();
    class Handler extends BaseRequestHandler<readonly [Buffer, Socket]> {
      override handle(): void {
        seen.resolve(String(this.request[0]));
      }
    }
    await using server = new Small(anyPort, Handler);
    const handled = server.handleRequest();
    await server.socket.sendto('123456', server.serverAddress);
    expect(await seen.promise).toBe('1234');
    await handled;
  });
});
