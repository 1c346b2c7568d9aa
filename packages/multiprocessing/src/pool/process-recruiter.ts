/** The members of pools of processes: each a Process, which gets the table's memory and a connection. */
import { ValueError } from '@p8/errors';
import { tableBytes } from '@p8/threading/engine';
import type { Callable, Carrier, Employer, Member, Recruiter, TaskTable } from '@p8/threading/engine';
import { cloneCodec } from '../connection/codec.ts';
import { Pipe } from '../connection/pipe.ts';
import { BrokenProcessPool } from '../process-errors.ts';
import { ForkServerProcess, SpawnProcess } from '../process/process.ts';
import type { StartMethod } from '../process/job.ts';
import { allocate } from '../sync/arena.ts';
import type { MappedPlace } from '../sync/arena.ts';
import { processCarrier } from './carrier.ts';
import { MappedNumbers } from './mapped-numbers.ts';
import { BELL_BYTES, bellIn, serve } from './pool-process.ts';
import type { Duties } from './pool-process.ts';
import { ProcessMember } from './process-member.ts';

export interface ProcessRecruiterOptions {
  readonly startMethod: StartMethod;
  /** Called in each process before its first task: an exported function. */
  readonly initializer: Callable | undefined;
  readonly initargs: readonly unknown[];
  readonly maxTasks: number | null;
  readonly maxMemory: number | null;
  /** Whether its processes may have no children. */
  readonly daemon: boolean;
}

export class ProcessRecruiter implements Recruiter {
  readonly carrier: Carrier = processCarrier;
  readonly memory: ArrayBuffer;
  readonly numbers: MappedNumbers = new MappedNumbers();
  readonly bell: Int32Array;
  readonly attempts = 3;
  readonly #place: MappedPlace;
  readonly #type: typeof SpawnProcess;
  readonly #duties: Omit<Duties, 'place'>;
  readonly #members: (ProcessMember | undefined)[] = [];

  /** Raises PicklingError for an initializer or its arguments that cannot be sent, and the OSError of memfd_create(2). */
  constructor(
    size: number,
    { startMethod, initializer, initargs, maxTasks, maxMemory, daemon }: ProcessRecruiterOptions,
  ) {
    if (initializer !== undefined) cloneCodec.encode({ initializer, initargs }, '').failed();
    this.#type = startMethod === 'spawn' ? SpawnProcess : ForkServerProcess;
    this.#duties = {
      initializer: initializer ?? null,
      initargs,
      maxTasks: maxTasks ?? Infinity,
      maxMemory: maxMemory ?? Infinity,
      daemon,
    };
    this.#place = allocate(tableBytes(size) + BELL_BYTES);
    this.memory = this.#place.buffer;
    this.bell = bellIn(this.memory);
  }

  hire(place: number, _table: TaskTable, employer: Employer): Member {
    const [here, there] = Pipe();
    const process = new this.#type({
      target: serve,
      args: [{ ...this.#duties, place }, this.#place, this.numbers, there],
      daemon: true,
    });
    process.name = process.name.replace('Process', 'PoolWorker');
    try {
      process.start();
      return (this.#members[place] = new ProcessMember(place, process, here, employer));
    } catch (error) {
      // one that runs would take tasks, and nobody would hear of it
      if (process.pid !== null) process.kill();
      here.close();
      there.close();
      throw error;
    }
  }

  /** Ends all processes at once. */
  kill(): void {
    for (const member of this.#members) member?.kill();
  }

  broken(cause: unknown): BrokenProcessPool {
    return new BrokenProcessPool('The processes of the pool cannot start, the process pool is not usable anymore', {
      cause,
    });
  }
}

/** Raises ValueError for a number of tasks or bytes that is none; null is no limit. */
export function checkLimit(name: string, limit: number | null): void {
  if (limit === null || (Number.isInteger(limit) && limit > 0)) return;
  throw new ValueError(`${name} must be a positive int or null, not ${limit}`);
}
