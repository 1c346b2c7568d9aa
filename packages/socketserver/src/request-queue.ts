/**
 * The requests on their way to a member: packets in a socket of its own.
 *
 *     dispatcher ── a packet; where members are processes, with a descriptor ──▶ socket ──▶ epoll of the member ──▶ next()
 *
 * unix(7): SOCK_SEQPACKET, which keeps packets apart and has an end.
 */
import { AF_UNIX, recvFds, SOCK_SEQPACKET, socketpair } from '@p8/socket';
import type { Socket } from '@p8/socket';

/** A packet, and the descriptor that came with it. */
export type Delivery = readonly [bytes: Buffer, fd: number | undefined];

/** The two ends: requests are sent into the first, and come out of the second. */
export function requestSockets(): [Socket, Socket] {
  return socketpair(AF_UNIX, SOCK_SEQPACKET);
}

/** The member's end. */
export class RequestQueue {
  readonly #incoming: Socket;
  readonly #room: number;
  /** Whether connections come with their descriptors. */
  readonly withDescriptors: boolean;
  #stopped = false;

  constructor(incoming: Socket, { room, withDescriptors }: { room: number; withDescriptors: boolean }) {
    this.#incoming = incoming;
    this.#room = room;
    this.withDescriptors = withDescriptors;
  }

  /** The next packet; waits for it. Undefined at the end, and after `stop`. */
  async next(): Promise<Delivery | undefined> {
    try {
      if (!this.withDescriptors) return delivered(await this.#incoming.recv(this.#room));
      const [bytes, fds] = await recvFds(this.#incoming, this.#room, 1);
      return delivered(bytes, fds[0]);
    } catch (error) {
      if (this.#stopped) return undefined;
      throw error;
    }
  }

  /** Takes no more packets; what lies here is still the server's. */
  stop(): void {
    this.#stopped = true;
    this.#incoming.close();
  }
}

function delivered(bytes: Buffer, fd?: number): Delivery | undefined {
  return bytes.length > 0 ? [bytes, fd] : undefined;
}
