/** Python's `multiprocessing.Barrier`: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Barrier */
import { importable, reducible } from '@p8/pickle';
import * as threading from '@p8/threading';
import type { BarrierOptions } from '@p8/threading';
import { allocate } from './arena.ts';
import type { MappedPlace } from './arena.ts';

/** A barrier that processes share; otherwise as that of @p8/threading. For one who is killed the others wait: give it a time limit. */
export class Barrier extends threading.Barrier {
  static {
    reducible(Barrier, (barrier) => [Barrier, [barrier.parties, barrier.options, barrier.share()]]);
  }

  /**
   * Raises ValueError if parties is not a whole number from 1 to 65535.
   *
   * @param place that of the barrier which it shall be, as another process sends it
   */
  constructor(parties: number, options?: BarrierOptions, place?: MappedPlace) {
    super(parties, options, place ?? allocate);
  }
}

importable(import.meta, { Barrier });
