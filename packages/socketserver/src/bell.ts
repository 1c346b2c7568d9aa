/**
 * What wakes threads that wait in their event loops, and goes on ringing until one of them silences it: a byte in a socket that all of
 * them watch. A thread that is stuck in a handler cannot swallow it.
 *
 *     ring() ── one byte, unless there is one ──▶ socket ──▶ epoll of each thread ──▶ heard()
 */
import { OSError, suppress } from '@p8/errors';
import { AF_UNIX, MSG_DONTWAIT, MSG_PEEK, SOCK_DGRAM, socketpair } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { LentSocket } from './lent-socket.ts';
import type { Lending } from './lent-socket.ts';
import type { RequestTable } from './request-table.ts';

const BYTE = new Uint8Array(1);
const MOST = 16;

/** Both ends of the bell, on their way to a thread. */
export type BellEnds = readonly [clapper: Lending, sound: Lending];

export class Bell {
  readonly #table: RequestTable;
  readonly #clapper: Socket;
  readonly #sound: Socket;

  /** @param ends the bell which it shall be, in a thread */
  constructor(table: RequestTable, ends?: BellEnds) {
    this.#table = table;
    [this.#clapper, this.#sound] = ends
      ? [new LentSocket(ends[0]), new LentSocket(ends[1])]
      : socketpair(AF_UNIX, SOCK_DGRAM);
  }

  get ends(): BellEnds {
    return [LentSocket.lend(this.#clapper), LentSocket.lend(this.#sound)];
  }

  /** Rings, if it does not yet. Never waits. */
  ring(): void {
    // a byte that cannot be sent is one of many
    if (this.#table.ring()) suppress(OSError, () => this.#clapper.sendSync(BYTE, MSG_DONTWAIT));
  }

  /** Resolves while it rings. */
  async heard(): Promise<void> {
    await this.#sound.recv(1, MSG_PEEK);
  }

  /** Nobody else is to come, unless it rings again. */
  silence(): void {
    // another thread may have been faster
    suppress(OSError, () => this.#sound.recvSync(MOST, MSG_DONTWAIT));
    this.#table.silence();
  }

  close(): void {
    for (const socket of [this.#clapper, this.#sound]) {
      if (socket instanceof LentSocket) socket.giveBack();
      else socket.close();
    }
  }
}
