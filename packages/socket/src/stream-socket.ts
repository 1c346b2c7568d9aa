/** The fourth storey of a socket: what a stream can do beyond single calls. */
import type { FileHandle } from 'node:fs/promises';
import { ValueError } from '@p8/errors';
import { constants } from '@p8/syscall';
import { ByteSocket } from './byte-socket.ts';
import { sendfile, sendfileSync } from './sendfile.ts';
import type { SendfileOptions } from './sendfile.ts';
import { SocketFile } from './socket-file.ts';
import type { SocketFileMode, SocketFileOptions } from './socket-file.ts';

const { SOCK_STREAM } = constants;

/** The fourth storey of a {@link Socket}. */
export class StreamSocket extends ByteSocket {
  /**
   * Sends a regular file from `offset` on, `count` bytes of it or all, and returns how many were sent. The file's position
   * is moved behind them. The event loop is not held up by a slow disk. Raises ValueError for a socket that is no
   * stream or does not wait, and for a count below 1.
   */
  sendfile(file: number | FileHandle, offset = 0, count?: number, options?: SendfileOptions): Promise<number> {
    return this.waiting('sendfile', (channel) => {
      this.#checkStream('sendfile');
      return sendfile(this, channel, file, offset, count, this.timeLimit, options);
    });
  }

  sendfileSync(file: number | FileHandle, offset = 0, count?: number): number {
    const channel = this.open('sendfile');
    this.#checkStream('sendfile');
    return sendfileSync(channel, file, offset, count, this.timeLimit);
  }

  /**
   * A buffered file over the stream, to read (`'r'`), write (`'w'`) or both (`'rw'`). The descriptor stays open until the
   * socket and all its files are closed.
   */
  makefile(mode: SocketFileMode = 'r', options?: SocketFileOptions): SocketFile {
    const channel = this.open('makefile');
    const file = new SocketFile(this, channel, mode, options, () => this.endFile());
    this.beginFile();
    return file;
  }

  #checkStream(call: string): void {
    if (this.type !== SOCK_STREAM) throw new ValueError(`${call}() needs a stream socket (SOCK_STREAM)`);
    if (this.timeLimit === 0) throw new ValueError(`${call}() needs a socket that may wait; settimeout() is 0`);
  }
}
