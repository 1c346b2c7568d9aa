/** Python's `multiprocessing.Event`: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Event */
import { importable, reducible } from '@p8/pickle';
import * as threading from '@p8/threading';
import { allocate } from './arena.ts';
import type { MappedPlace } from './arena.ts';

/** A flag that processes share; otherwise as the Event of @p8/threading. */
export class Event extends threading.Event {
  static {
    reducible(Event, (event) => [Event, [event.share()]]);
  }

  /** @param place that of the event which it shall be, as another process sends it; without it, a new event, not set */
  constructor(place?: MappedPlace) {
    super(place ?? allocate);
  }
}

importable(import.meta, { Event });
