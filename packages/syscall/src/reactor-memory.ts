/**
 * The layout of the memory that the reactor shares with JavaScript, in 32-bit words: a header, the results of a batch,
 * and a row for each slot. The same numbers stand in native/reactor.cc; a test compares them.
 */

/** Words of the header. */
export const COUNT = 0;
export const CURSOR = 1;
export const SLAB_OFFSET = 2;
export const PENDING = 3;
export const INSIDE = 4;
/** How many blocks to lend are free, and their places, a stack: see lent-memory.ts of @p8/socket. */
export const SPARE_COUNT = 5;
export const SPARES = 6;
export const SPARE_PLACES = 4;

/** A result: `slot << 2 | operation`, the outcome, the offset in the slab or, for a lent block, the complement of its place. */
export const RESULTS = 16;
export const RESULT_SIZE = 3;
export const OP_READ = 0;
export const OP_READ_READY = 1;
export const OP_WRITE_READY = 2;
export const OP_RESOLVED = 3;

/**
 * A row: how many bytes a `recv` waits for (-1: any readiness, 0: nobody waits), with a bit for those that go into a lent
 * block, and the state bits.
 */
export const ROWS: number = RESULTS + 512 * RESULT_SIZE;
export const ROW_SIZE = 2;
export const WANT = 0;
export const STATE = 1;
export const LEND: number = 1 << 30;
export const READABLE = 1;
export const WRITE_WAIT = 2;
export const ENDED = 4;
export const DISTRUSTED = 8;

/** Kinds of descriptors: whether a short read means that nothing is left. */
export const KIND_TCP = 0;
export const KIND_UNIX_STREAM = 1;
export const KIND_OTHER = 2;
