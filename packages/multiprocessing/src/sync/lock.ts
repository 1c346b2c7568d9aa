/** Python's `multiprocessing.Lock`: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Lock */
import { importable } from '@p8/pickle';
import * as threading from '@p8/threading';
import { LOCK_WORDS, reducible } from '@p8/threading/engine';
import { allocate } from './arena.ts';
import type { MappedPlace } from './arena.ts';

/**
 * A lock that processes share, as an argument, an item or a message takes it to them; otherwise as the Lock of @p8/threading. If
 * its holder's process or thread ends, however it does, the next who asks for it gets OwnerDiedError, and the lock is free.
 */
export class Lock extends threading.Lock {
  static {
    reducible(Lock, (lock) => {
      lock.share();
      return [Lock, [lock.#place]];
    });
  }

  readonly #place: MappedPlace;

  /** @param place that of the lock which it shall be, as another process sends it; without it, a new lock */
  constructor(place: MappedPlace = allocate(4 * LOCK_WORDS)) {
    super(place);
    this.#place = place;
  }
}

importable(import.meta, { Lock });
