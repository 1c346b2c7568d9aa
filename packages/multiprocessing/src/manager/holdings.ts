/**
 * The channels by which this thread holds a lock of a manager: a server knows a holder by his connection, so what he does with the lock
 * goes over the same one.
 */
import type { Channel } from './channel.ts';

/** Where channels come from. */
interface Channels {
  take(): Promise<Channel>;
  takeSync(): Channel;
  give(channel: Channel): void;
}

/** Who holds: a task, or the thread. */
export type Holder = object;

/** How much more often it is held after a call with this outcome. */
export type Change = (outcome: unknown) => number;

interface Held {
  readonly channel: Channel;
  count: number;
}

export class Holdings {
  readonly #channels: Channels;
  readonly #held = new Map<Holder, Held[]>();

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  /** Does something with the lock, on the channel by which it is held, or on a `fresh` one; which stays his if he holds it then. */
  async on(
    holder: Holder,
    fresh: boolean,
    call: (channel: Channel) => Promise<unknown>,
    change: Change,
  ): Promise<unknown> {
    const held = fresh ? undefined : this.#heldBy(holder);
    if (held !== undefined) return this.#counted(holder, held, await call(held.channel), change);
    const taken: Held = { channel: await this.#channels.take(), count: 0 };
    try {
      return this.#counted(holder, taken, await call(taken.channel), change);
    } finally {
      if (taken.count <= 0) this.#channels.give(taken.channel);
    }
  }

  onSync(holder: Holder, fresh: boolean, call: (channel: Channel) => unknown, change: Change): unknown {
    const held = fresh ? undefined : this.#heldBy(holder);
    if (held !== undefined) return this.#counted(holder, held, call(held.channel), change);
    const taken: Held = { channel: this.#channels.takeSync(), count: 0 };
    try {
      return this.#counted(holder, taken, call(taken.channel), change);
    } finally {
      if (taken.count <= 0) this.#channels.give(taken.channel);
    }
  }

  /** Whether he holds it. */
  has(holder: Holder): boolean {
    return this.#heldBy(holder) !== undefined;
  }

  /** Those by which it is held. */
  get channels(): Channel[] {
    return [...this.#held.values()].flat().map(({ channel }) => channel);
  }

  #heldBy(holder: Holder): Held | undefined {
    const all = this.#held.get(holder)?.filter(({ channel }) => !channel.closed);
    if (all === undefined) return undefined;
    this.#held.set(holder, all);
    return all.at(-1);
  }

  #counted(holder: Holder, held: Held, outcome: unknown, change: Change): unknown {
    const before = held.count;
    held.count += change(outcome);
    const others = (this.#held.get(holder) ?? []).filter((other) => other !== held);
    if (held.count > 0) this.#held.set(holder, [...others, held]);
    else if (others.length > 0) this.#held.set(holder, others);
    else this.#held.delete(holder);
    if (before > 0 && held.count <= 0) this.#channels.give(held.channel);
    return outcome;
  }
}
