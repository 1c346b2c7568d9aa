/** A handler that reads and writes a connection as files: Python's `socketserver.StreamRequestHandler`. */
import { OSError } from '@p8/errors';
import { IPPROTO_TCP, type Seconds, type Socket, type SocketFile, TCP_NODELAY } from '@p8/socket';
import { BaseRequestHandler } from './request-handler.ts';

/** May be overridden or set: the static options, and what a {@link BaseRequestHandler} may override. */
export class StreamRequestHandler extends BaseRequestHandler {
  /** The buffer of `rfile`; -1 is the usual size. */
  static rbufsize = -1;
  /** Bytes that `wfile` gathers before it sends them; 0 sends each write. */
  static wbufsize = 0;
  /** The limit of each call on the connection, in seconds; null for none. */
  static timeout: Seconds | null = null;
  /** Send small messages at once: TCP_NODELAY. */
  static disableNagleAlgorithm = false;

  /** The connection. */
  connection: Socket = this.request;
  /** To read from: `read`, `readline`, or its lines by `for await`. */
  declare rfile: SocketFile;
  /** To write to: `await wfile.write(data)` sends everything. */
  declare wfile: SocketFile;

  override setup(): void | Promise<void> {
    const { rbufsize, wbufsize, timeout, disableNagleAlgorithm } = this.constructor as typeof StreamRequestHandler;
    if (timeout !== null) this.connection.settimeout(timeout);
    if (disableNagleAlgorithm) this.connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, true);
    this.rfile = this.connection.makefile('r', rbufsize < 0 ? {} : { buffering: rbufsize });
    this.wfile = this.connection.makefile('w', { buffering: Math.max(0, wbufsize) });
  }

  override async finish(): Promise<void> {
    try {
      await this.wfile.close();
    } catch (error) {
      // the peer has gone before the last bytes: the handler has done its part
      if (!(error instanceof OSError)) throw error;
    } finally {
      await this.rfile.close();
    }
  }
}
