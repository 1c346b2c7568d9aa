/** Who holds a lock in this thread: the asynchronous task that took it, as with RLock of @p8/threading. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Holder } from '../holdings.ts';

interface Task {
  /** False until the code that began it has ended its turn: what else runs in that turn is its starter, or a sibling. */
  begun: boolean;
}

const tasks = new AsyncLocalStorage<Task>();
/** Code that runs in no task, and code that blocks. */
const thread: Task = { begun: true };

/** The task that this code belongs to. */
export function taskHere(): Holder {
  const task = tasks.getStore();
  return task?.begun === true ? task : thread;
}

/** Makes the caller a task of its own from his next turn on, unless he is one. */
export function becomeTask(): Holder {
  const current = tasks.getStore();
  if (current?.begun === true) return current;
  const task: Task = { begun: false };
  queueMicrotask(() => (task.begun = true));
  tasks.enterWith(task);
  return task;
}

/** Runs a function as a task of its own. */
export function inTask<T>(body: () => T): T {
  return tasks.run({ begun: true }, body);
}

/** Holds for all code of this thread. */
export const anybody: Holder = {};
