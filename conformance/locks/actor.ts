/**
 * Who uses a lock in the suite: a task of this thread, a task of another thread, or another thread that blocks. Each does
 * one call after another, so that a test can say "the second one asks now" and see whether it waits.
 */
import { EventEmitter, once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { reduce } from '@p8/threading';
import { serve } from './serve.ts';
import type { Answer, Call } from './serve.ts';

export interface ActorKind {
  readonly name: string;
  /** Whether it can be ended in the middle of a call. */
  readonly endable: boolean;
  start(): Promise<Actor>;
}

/** The actors that the threads of one process have. */
export const threadActors: readonly ActorKind[] = [
  { name: 'a task of this thread', endable: false, start: () => Promise.resolve(task()) },
  { name: 'a task of another thread', endable: true, start: () => thread(false) },
  { name: 'a thread that blocks', endable: true, start: () => thread(true) },
];

/** What a thread gets to make the object anew: the suite stands below pickling, and does it by hand. */
export interface Sent {
  readonly type: string;
  readonly args: readonly unknown[];
}

/** The methods that have a blocking twin. */
const waiting = new Set(['acquire', 'wait', 'get', 'put', 'join']);

export class Actor implements AsyncDisposable {
  readonly #send: (call: Call) => void;
  readonly #blocking: boolean;
  readonly #end: (kill: boolean) => unknown;
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>();
  #calls = 0;
  #ended = false;

  constructor(send: (call: Call) => void, blocking: boolean, end: (kill: boolean) => unknown) {
    this.#send = send;
    this.#blocking = blocking;
    this.#end = end;
  }

  /** Calls a method of the object; a blocking actor calls its `Sync` twin, if it has one. */
  call<T = unknown>(object: object, method: string, ...args: unknown[]): Promise<T> {
    const id = this.#calls++;
    const answer = Promise.withResolvers<unknown>();
    this.#answers.set(id, answer);
    this.#send({ id, object, method: this.#blocking && waiting.has(method) ? `${method}Sync` : method, args });
    return answer.promise as Promise<T>;
  }

  readonly hear = ({ id, value, error }: Answer): void => {
    const answer = this.#answers.get(id);
    this.#answers.delete(id);
    if (error === undefined) answer?.resolve(value);
    else answer?.reject(error);
  };

  /** Ends it at once, whatever it does and holds. */
  async kill(): Promise<void> {
    this.#ended = true;
    await this.#end(true);
  }

  /** Lets another test have it, unless it is in the middle of a call. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) await this.#end(this.#answers.size > 0);
    this.#ended = true;
  }
}

function task(): Actor {
  const calls = new EventEmitter();
  const actor = new Actor(
    (call) => calls.emit('message', call),
    false,
    () => calls.emit('error', new Error('ended')),
  );
  serve(calls, (value) => value, actor.hear).catch(() => undefined);
  return actor;
}

/** Threads that have nothing to do, for the next test. */
const idle: Worker[] = [];

async function thread(blocking: boolean): Promise<Actor> {
  const worker = idle.pop() ?? (await startPeer());
  const send = ({ object, args, ...call }: Call) => {
    worker.postMessage({ ...call, object: sent(object), args: args.map(sent) });
  };
  const actor = new Actor(send, blocking, (kill) => {
    worker.off('message', actor.hear);
    return kill ? worker.terminate() : idle.push(worker);
  });
  worker.on('message', actor.hear);
  return actor;
}

async function startPeer(): Promise<Worker> {
  const worker = new Worker(new URL('./peer.ts', import.meta.url));
  await once(worker, 'message');
  return worker;
}

/** An object as `receive` takes it. */
export function sent(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(reduce in value)) return value;
  const [type, args] = (value[reduce] as () => readonly [{ readonly name: string }, readonly unknown[]])();
  return { type: type.name, args: args.map(sent) } satisfies Sent;
}
