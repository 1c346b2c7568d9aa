/** The starter's side of `peer.ts`. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { dump, load, raisedIn } from '../src/index.ts';

type Answer = { readonly value: unknown } | { readonly error: unknown };

export class Thread {
  readonly #worker: Worker;

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  static async start(how: 'load' | 'loadSync' = 'load'): Promise<Thread> {
    const worker = new Worker(new URL('peer.ts', import.meta.url), { workerData: how, execArgv: ['-C', '@p8/source'] });
    await once(worker, 'message');
    return new Thread(worker);
  }

  /** Calls a function there. Raises what it raises, and what dump and load raise on either side. */
  async call<Args extends unknown[], R>(target: (...args: Args) => R, ...args: Args): Promise<Awaited<R>> {
    const parcel = dump([target, ...args], 'call');
    this.#worker.postMessage(parcel.data, parcel.transfer);
    parcel.sent();
    // oxlint-disable-next-line typescript/unbound-method -- only named, as the frame above which all is ours
    const below = Thread.prototype.call;
    const [data] = (await once(this.#worker, 'message')) as [unknown];
    const answer = (await load(data)) as Answer;
    if ('error' in answer) throw raisedIn(answer.error, 'thread "peer"', below);
    return answer.value as Awaited<R>;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
