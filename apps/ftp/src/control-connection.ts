/**
 * The control connection: command lines in, replies out, both in order. Replies are written one after the other, and a
 * sender waits until its reply is gone: that is the back-pressure which stops a client that sends and never reads.
 */
import { OSError } from '@p8/errors';
import { IPPROTO_TCP, SHUT_WR, SOL_SOCKET, SO_KEEPALIVE, SO_OOBINLINE, type Socket, TCP_NODELAY } from '@p8/socket';
import { type LineEvent, LineReader } from './line-reader.ts';
import { type Endpoint, endpoint } from './peer.ts';
import { type Reply, render } from './replies.ts';

/** What a receive gives: Telnet answers are already sent. */
export type Line = Exclude<LineEvent, { type: 'answer' }>;

/** How long a client may take to read the last reply and to close, in seconds. */
const FAREWELL = 2;

export class ControlConnection {
  readonly local: Endpoint;
  readonly peer: Endpoint;
  readonly #socket: Socket;
  readonly #reader = new LineReader();
  #written: Promise<void> = Promise.resolve();

  /** Takes the socket over: it is closed with the connection. Raises OSError if the peer is gone already. */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.local = endpoint(socket.getsockname());
    this.peer = endpoint(socket.getpeername());
    // the urgent byte of an ABOR must stay in its place, or the verb comes without its last letter
    socket.setsockopt(SOL_SOCKET, SO_OOBINLINE, true);
    socket.setsockopt(SOL_SOCKET, SO_KEEPALIVE, true);
    socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, true);
  }

  /** Waits for more lines; undefined when the client has closed, or the connection was cut or closed. */
  async receive(): Promise<Line[] | undefined> {
    try {
      const bytes = await this.#socket.recv(16_384);
      if (bytes.length === 0) return undefined;
      const lines: Line[] = [];
      for (const event of this.#reader.push(bytes)) {
        if (event.type === 'answer') await this.#write(event.bytes);
        else lines.push(event);
      }
      return lines;
    } catch (error) {
      if (error instanceof OSError) return undefined;
      throw error;
    }
  }

  /** Sends a reply after all earlier ones; waits until the system has taken it. A lost connection is no error here. */
  async send(reply: Reply): Promise<void> {
    try {
      await this.#write(render(reply));
    } catch (error) {
      // the end of the connection is told by receive
      if (!(error instanceof OSError)) throw error;
    }
  }

  /**
   * Closes after the replies are sent: bytes of the client that nobody read would otherwise turn the close into a reset,
   * and the last reply would be lost with it. Waits {@link FAREWELL} seconds at the most.
   */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#socket.close(), FAREWELL * 1000);
    try {
      await this.#written.catch(() => undefined);
      this.#socket.shutdown(SHUT_WR);
      while ((await this.#socket.recv(16_384)).length > 0);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
    } finally {
      clearTimeout(timer);
      this.#socket.close();
    }
  }

  /** Closes at once; whoever waits on the connection is woken. */
  destroy(): void {
    this.#socket.close();
  }

  #write(bytes: Buffer): Promise<void> {
    const written = this.#written.then(() => this.#socket.sendall(bytes));
    this.#written = written.catch(() => undefined);
    return written;
  }
}
