/** The members of pools of threads: workers of the platform, which get the table's memory and a port. */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort, ResourceLimits } from 'node:worker_threads';
import { dump } from '@p8/pickle';
import type { Parcel } from '@p8/pickle';
import { BrokenThreadPool } from './future-errors.ts';
import type { Host, Loss } from './host.ts';
import { hear, threadBell } from './inbox.ts';
import { launch, mourn } from './launch.ts';
import type { Launched } from './launch.ts';
import { loadSoon } from './load-soon.ts';
import { ownEntry } from './own-entry.ts';
import { serve, Wire } from './pool-thread.ts';
import type { Answer, Carrier, Employer, Member, Outcome, Recruiter } from './recruiter.ts';
import type { Entry } from './registry.ts';
import { isRunning } from './registry.ts';
import type { Callable } from './task.ts';
import { ThreadNumbers } from './thread-numbers.ts';
import { tableBytes } from './task-table.ts';
import type { TaskTable } from './task-table.ts';
import { threadCarrier } from './thread-carrier.ts';

export interface ThreadRecruiterOptions {
  readonly name: (place: number) => string;
  /** Called in each thread before its first task: an exported function. */
  readonly initializer: Callable | undefined;
  readonly initargs: readonly unknown[];
  readonly resourceLimits: ResourceLimits | undefined;
}

export class ThreadRecruiter implements Recruiter {
  readonly carrier: Carrier = threadCarrier;
  readonly memory: SharedArrayBuffer;
  readonly numbers: ThreadNumbers = new ThreadNumbers();
  readonly bell: Int32Array = threadBell;
  readonly attempts = 1;
  readonly #options: ThreadRecruiterOptions;

  /** Raises PicklingError for an initializer or its arguments that cannot be sent. */
  constructor(size: number, options: ThreadRecruiterOptions) {
    const { initializer, initargs } = options;
    if (initializer !== undefined) dump({ initializer, initargs }, '').failed();
    this.memory = new SharedArrayBuffer(tableBytes(size));
    this.#options = options;
  }

  hire(place: number, table: TaskTable, employer: Employer): Member {
    const { port1, port2 } = new MessageChannel();
    const { initializer = null, initargs, resourceLimits } = this.#options;
    const name = this.#options.name(place);
    const wire = new Wire(port2);
    const args = [place, table.memory, this.numbers.memory, this.bell.buffer, wire, initializer, initargs];
    const traits = { name, daemon: true, reuse: true, hooked: true, resourceLimits };
    const content = { type: null, fields: null, target: serve, args };
    const lost = (loss: Loss): void => employer.lost(member, mourn(member.entry, name, loss));
    const failed = (cause: unknown): void => {
      if (table.hasStarted(place)) lost({ exitcode: 1, exited: false, cause });
      else employer.failed(member, cause);
    };
    const ended = (report: { readonly failure?: unknown }): void => {
      if ('failure' in report) void loadSoon(threadCarrier, report.failure, false, failed, failed);
      else employer.ended(member);
    };
    const launched = launch({ ...traits, parent: ownEntry().ident, content }, { daemon: true, ended, lost });
    const member = new ThreadMember(place, table, port1, launched, name);
    return member;
  }

  broken(cause: unknown): BrokenThreadPool {
    return new BrokenThreadPool('A thread initializer failed, the thread pool is not usable anymore', { cause });
  }
}

class ThreadMember implements Member {
  readonly place: number;
  readonly title: string;
  readonly entry: Entry;
  readonly #table: TaskTable;
  readonly #port: MessagePort;
  readonly #host: Host;
  readonly #outcomes = new Map<number, Outcome>();

  constructor(place: number, table: TaskTable, port: MessagePort, { entry, host }: Launched, name: string) {
    this.place = place;
    this.title = `thread "${name}"`;
    this.entry = entry;
    this.#table = table;
    this.#port = port;
    this.#host = host;
    port.on('message', (outcome: Outcome | null) => {
      if (outcome !== null) this.#outcomes.set(outcome.slot, outcome);
      hear();
    });
    port.unref();
  }

  /** The message came before the report. */
  outcomeOf(slot: number): Outcome {
    for (;;) {
      const outcome = this.#outcomes.get(slot);
      if (outcome !== undefined) {
        this.#outcomes.delete(slot);
        return outcome;
      }
      const message = receiveMessageOnPort(this.#port)?.message as Outcome | null | undefined;
      if (message) this.#outcomes.set(message.slot, message);
    }
  }

  answer(answer: Answer | null, parcel?: Parcel): void {
    this.#port.postMessage(answer, parcel?.transfer);
    this.#table.rouseAsker(this.place);
  }

  inspect(): void {
    this.#host.poll();
    if (!isRunning(this.entry)) this.#host.declareLost();
  }

  terminate(): void {
    void this.#host.terminate();
  }

  release(): void {
    this.#port.close();
  }
}
