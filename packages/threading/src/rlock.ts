/** Python's `threading.RLock`: https://docs.python.org/3/library/threading.html#rlock-objects */
import { AsyncLocalStorage } from 'node:async_hooks';
import { RuntimeError } from '@p8/errors';
import { reducible } from '@p8/pickle';
import { Awaiting } from './awaiting.ts';
import { LockLike, releaseAfter } from './lock-like.ts';
import { giveBack, heldHere, Holder, isHeld, isHeldHere, MUTEX_WORDS, takeOrMark, takeSync, tryTake } from './mutex.ts';
import { memoryFor, wordsOf } from './place.ts';
import type { Allocate, ObjectMemory } from './place.ts';
import { acquireDeadline } from './waiting.ts';
import type { AcquireOptions, AcquireSyncOptions, WaitOptions } from './waiting.ts';

const TASK = MUTEX_WORDS;
const COUNT = MUTEX_WORDS + 1;
/** The last one is for who watches locks: see LockOrder. */
const WORDS = MUTEX_WORDS + 3;

/** An asynchronous task that took an RLock. */
interface Task {
  /** Unique in the thread, from 1 up; 0 is code that runs in no task. */
  readonly id: number;
  /** False until the code that began it has ended its turn: what else runs in that turn is its starter, or a sibling. */
  begun: boolean;
}

const NO_TASK: Task = { id: 0, begun: true };
const tasks = new AsyncLocalStorage<Task>();
let lastTask = 0;

/** What {@link RLock.releaseAll} gave up, to be taken again by {@link RLock.acquireAll}. */
export interface Recursion {
  readonly task: number;
  readonly count: number;
}

/**
 * A lock that its owner may take again, and that only its owner releases, as often as he took it. The owner is a thread and
 * the asynchronous task in it (in the sense of AsyncLocalStorage) that took it: two tasks of one thread never hold it together.
 *
 * `acquire` makes its caller a task: what he calls or starts after awaiting it belongs to him. `with` does so for its body only, and
 * is the better choice in a function whose caller goes on without awaiting it. `acquireSync` takes it for the
 * task that it is called in; all code that runs in none is one owner.
 */
export class RLock extends LockLike {
  static {
    reducible(RLock, (lock) => [RLock, [lock.share()]]);
  }

  readonly #memory: ObjectMemory;
  readonly #words: Int32Array;
  readonly #held: number;
  readonly #awaiting: Awaiting;

  /** @param memory that of the lock which it shall be, as another thread sends it; without it, a new lock */
  constructor(memory?: ObjectMemory | Allocate) {
    super();
    this.#memory = memoryFor(4 * WORDS, memory);
    this.#words = wordsOf(this.#memory);
    this.#held = heldHere(this.#words);
    this.#awaiting = new Awaiting(this.#words, 1, 2, new Holder(this.#words, 0));
  }

  override async acquire(options?: AcquireOptions): Promise<boolean> {
    const deadline = options === undefined ? Infinity : acquireDeadline(options);
    options?.signal?.throwIfAborted();
    const current = tasks.getStore() ?? NO_TASK;
    if (current.begun && this.#isOwner(current.id)) return this.#again();
    const task = newTask(false);
    queueMicrotask(() => (task.begun = true));
    tasks.enterWith(task);
    return this.#take(task, deadline, options?.signal);
  }

  /** Raises RuntimeError instead of waiting for ever, where another task of this thread holds it. */
  override acquireSync(options?: AcquireSyncOptions): boolean {
    const deadline = options === undefined ? Infinity : acquireDeadline(options);
    const { id } = begunTask();
    if (this.#isOwner(id)) return this.#again();
    if (!tryTake(this.#words, 0, this.#held)) {
      if (deadline === 0) return false;
      if (deadline === Infinity) this.#refuseDeadlock();
      if (!takeSync(this.#words, 0, this.#held, deadline)) return false;
    }
    this.#own(id, 1);
    return true;
  }

  /** Raises RuntimeError if the caller does not own it. */
  override release(): void {
    this.#checkOwner();
    const count = (this.#words[COUNT] ?? 0) - 1;
    this.#words[COUNT] = count;
    if (count === 0) giveBack(this.#words, 0, this.#awaiting);
  }

  override async with<T>(body: () => T, options?: Pick<WaitOptions, 'signal'>): Promise<Awaited<T>> {
    const current = begunTask();
    if (this.#isOwner(current.id)) return super.with(body, options);
    options?.signal?.throwIfAborted();
    return tasks.run(newTask(true), async (): Promise<Awaited<T>> => {
      await this.#take(begunTask(), Infinity, options?.signal);
      return releaseAfter(this, body);
    });
  }

  /** Whether somebody holds it, at this moment. */
  locked(): boolean {
    return isHeld(this.#words, 0);
  }

  /** Whether the caller owns it. */
  isOwned(): boolean {
    return this.#isOwner(begunTask().id) || this.#isOwner((tasks.getStore() ?? NO_TASK).id);
  }

  /** For who watches locks. @internal */
  get words(): Int32Array {
    return this.#words;
  }

  /** Whether its holder may take it again. @internal */
  get reentrant(): boolean {
    return true;
  }

  /** Gives it up, however often it was taken: for a condition, which waits without it. @internal */
  releaseAll(): Recursion {
    this.#checkOwner();
    const recursion = { task: this.#words[TASK] ?? 0, count: this.#words[COUNT] ?? 0 };
    giveBack(this.#words, 0, this.#awaiting);
    return recursion;
  }

  /** Takes it again as it was before {@link releaseAll}, however long that takes. @internal */
  async acquireAll({ task, count }: Recursion): Promise<void> {
    await this.#take({ id: task, begun: true }, Infinity, undefined);
    this.#words[COUNT] = count;
  }

  /** As {@link acquireAll}, blocking. @internal */
  acquireAllSync({ task, count }: Recursion): void {
    if (!tryTake(this.#words, 0, this.#held)) takeSync(this.#words, 0, this.#held, Infinity);
    this.#own(task, count);
  }

  /** Its memory, for another thread. */
  protected share(): ObjectMemory {
    return this.#memory;
  }

  async #take(task: Task, deadline: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (!this.#awaiting.idle || !tryTake(this.#words, 0, this.#held)) {
      if (deadline === 0) return false;
      const take = () => {
        if (takeOrMark(this.#words, 0, this.#held) !== 0) return false;
        // at once: until then no task of this thread may be taken for the owner
        this.#own(task.id, 1);
        return true;
      };
      return this.#awaiting.wait(take, deadline, signal);
    }
    this.#own(task.id, 1);
    return true;
  }

  #own(task: number, count: number): void {
    this.#words[TASK] = task;
    this.#words[COUNT] = count;
  }

  #again(): true {
    this.#words[COUNT] = (this.#words[COUNT] ?? 0) + 1;
    return true;
  }

  #isOwner(task: number): boolean {
    return isHeldHere(this.#words, 0, this.#held) && this.#words[TASK] === task;
  }

  #checkOwner(): void {
    if (!this.isOwned()) throw new RuntimeError('cannot release un-acquired lock');
  }

  #refuseDeadlock(): void {
    if (!isHeldHere(this.#words, 0, this.#held)) return;
    throw new RuntimeError(
      'acquireSync would wait for ever: another task of this thread holds the lock, and cannot release it while the thread ' +
        'is blocked: use `await lock.acquire()`',
    );
  }
}

function newTask(begun: boolean): Task {
  return { id: ++lastTask, begun };
}

/** The task that this code surely belongs to. */
function begunTask(): Task {
  const task = tasks.getStore();
  return task?.begun === true ? task : NO_TASK;
}
