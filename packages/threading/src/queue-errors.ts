/** https://docs.python.org/3/library/queue.html */
import { Exception } from '@p8/errors';

/** There is no item, and the call must not wait, or waited long enough. */
export class Empty extends Exception {}

/** There is no room, and the call must not wait, or waited long enough. */
export class Full extends Exception {}

/** The queue is shut down. */
export class ShutDown extends Exception {}
