/** What runs in a thread of a pool. */
import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { importable, reducible } from '@p8/pickle';
import type { Parcel } from '@p8/pickle';
import { PoolWorker } from './pool-worker.ts';
import type { Line } from './pool-worker.ts';
import type { Answer, Carrier, Outcome } from './recruiter.ts';
import type { Callable } from './task.ts';
import { Mood, TaskTable } from './task-table.ts';
import { threadCarrier } from './thread-carrier.ts';
import { ThreadNumbers } from './thread-numbers.ts';

/** Looks at the port for the owner's answer. */
const ANSWER_LOOKS = 10;

/** A port on its way to another thread. */
export class Wire {
  readonly port: MessagePort;

  constructor(port: MessagePort) {
    this.port = port;
  }
}

reducible(Wire, ({ port }) => [Wire, [port], { transfer: [port] }]);

/** Runs in the thread. */
export async function serve(
  place: number,
  memory: SharedArrayBuffer,
  numbers: SharedArrayBuffer,
  bell: SharedArrayBuffer,
  { port }: Wire,
  initializer: Callable | null,
  initargs: readonly unknown[],
): Promise<void> {
  await initializer?.(...(initargs as never));
  const table = new TaskTable(memory);
  const line = new ThreadLine(place, table, new ThreadNumbers(numbers), new Int32Array(bell), port);
  try {
    await new PoolWorker(place, table, line).run();
  } finally {
    port.close();
  }
}

class ThreadLine implements Line {
  readonly carrier: Carrier = threadCarrier;
  readonly numbers: ThreadNumbers;
  readonly bell: Int32Array;
  readonly #place: number;
  readonly #table: TaskTable;
  readonly #port: MessagePort;

  constructor(place: number, table: TaskTable, numbers: ThreadNumbers, bell: Int32Array, port: MessagePort) {
    this.numbers = numbers;
    this.bell = bell;
    this.#place = place;
    this.#table = table;
    this.#port = port;
  }

  /** The message first: the owner looks for it as soon as it sees the report, also when this thread has gone. */
  deliver(outcome: Outcome, parcel: Parcel | undefined, report: () => void): void {
    this.#port.postMessage(outcome, parcel?.transfer ?? [outcome.numbers!.buffer as ArrayBuffer]);
    report();
  }

  answer(): Answer | null {
    for (let looks = 0; ; looks++) {
      this.#table.setMood(this.#place, Mood.asking);
      const got = receiveMessageOnPort(this.#port);
      if (got !== undefined) {
        this.#table.setMood(this.#place, Mood.busy);
        return got.message as Answer | null;
      }
      if (looks > ANSWER_LOOKS) this.#table.sleepSync(this.#place, Mood.asking, Infinity);
    }
  }

  knock(): void {
    this.#port.postMessage(null);
  }
}

importable(import.meta, { Wire, serve });
