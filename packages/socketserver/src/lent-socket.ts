/**
 * A socket of the server's thread in a thread that handles a request: the same descriptor by the same number. The server keeps it
 * open until the thread has ended with it, so a thread that goes away leaves nothing behind and takes nothing along.
 */
import { OSError, suppress } from '@p8/errors';
import { closeFd, dupFd, SHUT_RD, SHUT_RDWR, Socket } from '@p8/socket';
import { READY } from '@p8/socket/engine';

/** What a socket is made of again. Plain data. */
export type Lending = readonly [fileno: number, family: number, type: number, proto: number];

export class LentSocket extends Socket {
  /** Whether the other end knows already that no more comes. */
  #ended = false;

  static lend(socket: Socket): Lending {
    return [socket.fileno(), socket.family, socket.type, socket.proto];
  }

  constructor([fileno, family, type, proto]: Lending) {
    const options = { fileno, [READY]: true };
    super(family, type, proto, options);
  }

  /** A duplicate of the descriptor, since whoever gets it will close it. */
  override detach(): number {
    if (this.closed) return -1;
    const copy = dupFd(this.fileno());
    try {
      super.detach();
    } catch (error) {
      closeFd(copy);
      throw error;
    }
    return copy;
  }

  override shutdown(how: number): void {
    super.shutdown(how);
    this.#ended ||= how !== SHUT_RD;
  }

  /** Ends the connection at once; the descriptor is closed by the server. */
  override close(): void {
    if (this.closed) return;
    // only its last file may end it
    if (this.hasFiles) return super.close();
    if (!this.#ended) suppress(OSError, () => this.shutdown(SHUT_RDWR));
    this.giveBack();
  }

  /** Lets go of it, without ending anything but the calls that wait here. */
  giveBack(): void {
    const { channel } = this;
    // what was received and not read is of no use to the server
    if (channel !== undefined && channel.unreadLength > 0) channel.unread.take(channel.unreadLength);
    super.detach();
  }
}
