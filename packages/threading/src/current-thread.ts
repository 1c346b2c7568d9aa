/** Who runs, and who else: Python's functions of the module `threading`. */
import { threadNumber } from './kernel-thread.ts';
import { ownEntry, setOwnEntry } from './own-entry.ts';
import * as registry from './registry.ts';
import type { Entry } from './registry.ts';
import { adopt, knownThread } from './thread.ts';
import type { Thread } from './thread.ts';

let current: Thread | undefined;

/** The thread that calls. A worker that another library made has an object too, whose `join` waits until the worker is gone. */
export function currentThread(): Thread {
  return (current ??= threadAt(ownEntry()));
}

/** The main thread, which can be joined by no other before the program ends. */
export function mainThread(): Thread {
  return threadAt(registry.MAIN);
}

/** How many threads are alive, the main thread and daemons too: the length of {@link enumerateThreads}. */
export function activeCount(): number {
  return registry.living().length;
}

/** All threads that are alive, wherever they were started; the main thread is the first. Python's `enumerate`. */
export function enumerateThreads(): Thread[] {
  ownEntry(); // a foreign one is entered by asking
  return registry.living().map(threadAt);
}

/** The ident of the thread that calls: a number above 0, never given out twice. */
export function getIdent(): number {
  return ownEntry().ident;
}

/** The kernel's id of the thread that calls: gettid(2). */
export function getNativeId(): number {
  return threadNumber;
}

/** For the boot file: who runs in this worker from now on. */
export function setCurrentThread(thread: Thread, entry: Entry): void {
  setOwnEntry(entry);
  current = thread;
}

function threadAt(entry: Entry): Thread {
  const name = registry.nameOf(entry);
  return knownThread(entry.ident) ?? adopt({ entry, name, daemon: registry.isDaemon(entry) });
}
