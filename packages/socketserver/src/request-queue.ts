/**
 * The requests on their way to whoever is free: packets in a socket that all members of a crew watch, each of which the kernel gives
 * to one of them. A member that is stuck in a handler takes none.
 *
 *     server ── a packet; where members are processes, with a descriptor ──▶ socket ──▶ epoll of each member ──▶ next(), take()
 *
 * unix(7): SOCK_SEQPACKET, which keeps packets apart and has an end.
 */
import { BlockingIOError } from '@p8/errors';
import {
  AF_UNIX,
  descriptors,
  MSG_DONTWAIT,
  MSG_PEEK,
  recvFds,
  recvFdsSync,
  SOCK_SEQPACKET,
  socketpair,
} from '@p8/socket';
import type { Socket } from '@p8/socket';

/** A packet, and the descriptor that came with it. */
export type Delivery = readonly [bytes: Buffer, fd: number | undefined];

/** The two ends: requests are sent into the first, and come out of the second. */
export function requestSockets(): [Socket, Socket] {
  return socketpair(AF_UNIX, SOCK_SEQPACKET);
}

/** Sends a packet, once there is room. */
export async function sendRequest(outgoing: Socket, bytes: Uint8Array, fd: number | undefined): Promise<void> {
  if (fd === undefined) await outgoing.send(bytes);
  else await outgoing.sendmsg([bytes], [descriptors([fd])]);
}

/** The members' end. */
export class RequestQueue {
  readonly #incoming: Socket;
  readonly #room: number;
  /** Whether connections come with their descriptors. */
  readonly withDescriptors: boolean;

  constructor(incoming: Socket, { room, withDescriptors }: { room: number; withDescriptors: boolean }) {
    this.#incoming = incoming;
    this.#room = room;
    this.withDescriptors = withDescriptors;
  }

  /** The next packet; waits for it. Undefined at the end. */
  async next(signal: AbortSignal): Promise<Delivery | undefined> {
    if (!this.withDescriptors) return delivered(await this.#incoming.recv(this.#room, 0, { signal }));
    const [bytes, fds] = await recvFds(this.#incoming, this.#room, 1, 0, { signal });
    return delivered(bytes, fds[0]);
  }

  /** Waits until there is a packet. Comes back: false at the end. */
  async heard(signal: AbortSignal): Promise<boolean> {
    return (await this.#incoming.recv(1, MSG_PEEK, { signal })).length > 0;
  }

  /** A packet, if nobody has been faster. */
  take(): Delivery | undefined {
    try {
      if (!this.withDescriptors) return delivered(this.#incoming.recvSync(this.#room, MSG_DONTWAIT));
      const [bytes, fds] = recvFdsSync(this.#incoming, this.#room, 1, MSG_DONTWAIT);
      return delivered(bytes, fds[0]);
    } catch (error) {
      if (error instanceof BlockingIOError) return undefined;
      throw error;
    }
  }
}

function delivered(bytes: Buffer, fd?: number): Delivery | undefined {
  return bytes.length > 0 ? [bytes, fd] : undefined;
}
