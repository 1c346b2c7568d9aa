/** The handler of a connection: a file to read from, a file to write to. */
import { attempt, except, OSError } from '@p8/errors';
import { IPPROTO_TCP, TCP_NODELAY } from '@p8/socket';
import type { Seconds, Socket, SocketFile, SocketFileOptions, SocketStream } from '@p8/socket';
import type { BaseServer } from './base-server.ts';
import { BaseRequestHandler } from './request-handler.ts';

/**
 * Handles a connection as two files.
 *
 *     override async handle() {
 *       for await (const line of this.rfile) await this.wfile.write(String(line).toUpperCase());
 *     }
 *
 * To be overridden: `handle`; `setup` and `finish`, which must call those of this class; the static fields.
 */
export class StreamRequestHandler<Server = BaseServer<Socket>> extends BaseRequestHandler<Socket, Server> {
  /** The buffer of `rfile`: -1 is the usual size; with 0 it is a `SocketStream`, and to be declared as one. */
  static rbufsize = -1;
  /** The buffer of `wfile` in bytes: 0 sends each write at once; -1 is the usual size. */
  static wbufsize = 0;
  /** The time limit in seconds of each call on the connection; null: as the connection has it. */
  static timeout: Seconds | null = null;
  /** Sends small pieces without delay (TCP_NODELAY); for use with a `wbufsize` other than 0. */
  static disableNagleAlgorithm = false;

  /** The request, under another name. */
  declare connection: Socket;
  declare rfile: SocketFile;
  declare wfile: SocketFile | SocketStream;

  override async run(): Promise<void> {
    try {
      await super.run();
    } finally {
      // a setup that failed, or a finish that was overridden, leaves the files to us: they keep the descriptor open
      await release(this.wfile);
      await release(this.rfile);
    }
  }

  override setup(): void | Promise<void> {
    const { disableNagleAlgorithm, rbufsize, timeout, wbufsize } = this.constructor as typeof StreamRequestHandler;
    this.connection = this.request;
    if (timeout !== null) this.connection.settimeout(timeout);
    if (disableNagleAlgorithm) this.connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, true);
    this.rfile = this.connection.makefile('r', buffering(rbufsize)) as SocketFile;
    this.wfile = this.connection.makefile('w', buffering(wbufsize));
  }

  /** Sends what is left in `wfile`, unless the client is gone, and closes both files. */
  override async finish(): Promise<void> {
    await release(this.wfile);
    await release(this.rfile);
  }
}

function buffering(size: number): SocketFileOptions {
  return { buffering: size < 0 ? undefined : size };
}

/** Closes a file that may not have been opened; that the client did not take the rest is no error. */
async function release(file: SocketFile | SocketStream | undefined): Promise<void> {
  if (file !== undefined)
    await attempt(
      () => file.close(),
      except(OSError, () => undefined),
    );
}
