/** A thread of a pool, as the owner knows it: where its outcomes come from. */
import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { Host } from './host.ts';
import { hear } from './inbox.ts';
import type { Launched } from './launch.ts';
import type { Outcome } from './pool-thread.ts';
import type { Entry } from './registry.ts';
import type { TaskTable } from './task-table.ts';

export class Member {
  readonly place: number;
  readonly port: MessagePort;
  readonly entry: Entry;
  readonly host: Host;
  readonly name: string;
  readonly #outcomes = new Map<number, Outcome>();
  #heard = 0;

  constructor(place: number, port: MessagePort, { entry, host }: Launched, name: string) {
    this.place = place;
    this.port = port;
    this.entry = entry;
    this.host = host;
    this.name = name;
    port.on('message', (outcome: Outcome | null) => {
      if (outcome !== null) this.#outcomes.set(outcome.slot, outcome);
      hear();
    });
    port.unref();
  }

  /** Hands over the slots it has reported. Comes back: how many. */
  read(table: TaskTable, hearSlot: (slot: number) => void): number {
    const from = this.#heard;
    while (this.#heard !== table.reported(this.place)) {
      const slot = table.reportedSlot(this.place, this.#heard);
      this.#heard = (this.#heard + 1) | 0;
      hearSlot(slot);
    }
    return (this.#heard - from) | 0;
  }

  /** The message that came before the report. */
  outcomeOf(slot: number): Outcome {
    for (;;) {
      const outcome = this.#outcomes.get(slot);
      if (outcome !== undefined) {
        this.#outcomes.delete(slot);
        return outcome;
      }
      const message = receiveMessageOnPort(this.port)?.message as Outcome | null | undefined;
      if (message) this.#outcomes.set(message.slot, message);
    }
  }
}
