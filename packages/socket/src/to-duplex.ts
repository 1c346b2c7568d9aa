/** A stream socket as a `Duplex` of node:stream. */
import { Duplex } from 'node:stream';
import { constants } from '@p8/syscall';
import type { StreamSocket } from './stream-socket.ts';

const CHUNK = 64 * 1024;

export interface ToDuplexOptions {
  /** End the stream as soon as the peer has ended its half; true keeps the sending half open, and is meant unless given. */
  readonly allowHalfOpen?: boolean;
  /** How many bytes are received ahead, and buffered for sending, before `write` returns false. */
  readonly highWaterMark?: number;
}

/** Reads and writes through `socket`, and closes it when it is destroyed or both halves have ended. */
export class SocketDuplex extends Duplex {
  readonly #socket: StreamSocket;
  #receiving = false;

  constructor(socket: StreamSocket, options: ToDuplexOptions = {}) {
    super({ ...options, autoDestroy: true, emitClose: true });
    this.#socket = socket;
  }

  override _read(): void {
    if (!this.#receiving) void this.#receive();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    void this.#send(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'utf8', done);
  }

  override _final(done: (error?: Error | null) => void): void {
    try {
      this.#socket.shutdown(constants.SHUT_WR);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.close();
    done(error);
  }

  async #send(data: Buffer, done: (error?: Error | null) => void): Promise<void> {
    let failure: Error | null = null;
    try {
      await this.#socket.sendall(data);
    } catch (error) {
      failure = error as Error;
    }
    done(failure);
  }

  /** Goes on for as long as somebody wants more: each end of it costs a turn of the loop. */
  async #receive(): Promise<void> {
    this.#receiving = true;
    try {
      for (let wanted = true; wanted && !this.destroyed;) {
        const data = await this.#socket.recv(CHUNK);
        wanted = this.push(data.length > 0 ? data : null) && data.length > 0;
      }
    } catch (error) {
      // of a socket that destroy() has closed: nobody asks any more
      if (!this.destroyed) this.destroy(error as Error);
    } finally {
      this.#receiving = false;
    }
  }
}
