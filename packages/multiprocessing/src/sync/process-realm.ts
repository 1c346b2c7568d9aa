/** The threads of all processes of the program, as those who share a lock. They sleep by futex(2), see native/futex.cc of @p8/syscall. */
import { availableParallelism } from 'node:os';
import { OSError } from '@p8/errors';
import { afterInterruption } from '@p8/socket/engine';
import { syscalls } from '@p8/syscall';
import { Patience } from '@p8/threading/engine';
import type { Realm } from '@p8/threading/engine';
import { ownNumber } from './life.ts';

/** How a sleep ended, as the addon says it; 0 is that the time was over. */
const BY_WORD = 1;
const BY_DEATH = 2;
/** In seconds. */
const SLICE = 0.5;
const EVERYBODY: number = 2 ** 31 - 1;
const LARGEST_ID: number = 2 ** 30;
/** How often a word is looked at before sleeping: for some ten microseconds. */
const LOOKS = 3000;

export const processRealm: Realm = {
  get self() {
    return ownNumber();
  },
  hasEnded: (holder) => holder !== ownNumber() && syscalls.lifeEnded(holder) !== 0,
  park(words, index, value, deadline, holder) {
    const left = (deadline - performance.now()) / 1000;
    if (left <= 0) return false;
    if (hasChanged(words, index, value)) return 'woken';
    const outcome = syscalls.futexWait(words, index, value, Math.min(left, SLICE), holder);
    if (outcome < 0) afterInterruption(outcome, 'futex_waitv');
    // who sees that a holder has ended looks as he does after a slice
    return outcome === BY_WORD ? 'woken' : 'slice over';
  },
  notify: (words, index, count) => syscalls.futexWake(words, index, Math.min(count, EVERYBODY)),
  listen(words, index, value, holder, hear) {
    open();
    lastId = (lastId % LARGEST_ID) + 1;
    const id = lastId;
    const outcome = syscalls.futexListen(words, index, value, holder, id);
    if (outcome === BY_WORD) return undefined;
    if (outcome === BY_DEATH) queueMicrotask(() => hear('ended'));
    // where no thread can be had for it, who waits looks now and then
    if (outcome !== 0) return () => false;
    listening.set(id, hear);
    return () => syscalls.futexForget(id) !== 0 && listening.delete(id);
  },
};

const patience = new Patience(availableParallelism() > 1 ? LOOKS : 0);

/** To be woken costs more than to look for a moment, if the other runs on another processor. */
function hasChanged(words: Int32Array, index: number, value: number): boolean {
  for (let look = patience.limit; look > 0; look--) {
    if (Atomics.load(words, index) === value) continue;
    patience.rewarded();
    return true;
  }
  patience.disappointed();
  return false;
}

const listening = new Map<number, (how: unknown) => void>();
let lastId = 0;
let opened = false;

function open(): void {
  if (opened) return;
  opened = true;
  const outcome = syscalls.futexOpen((id, how) => {
    const hear = listening.get(id);
    listening.delete(id);
    hear?.(how === BY_DEATH ? 'ended' : 'woken');
  });
  if (outcome < 0) throw new OSError(outcome, { syscall: 'eventfd' });
}
