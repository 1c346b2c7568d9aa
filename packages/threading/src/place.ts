/** Where the words of an object lie that several threads or processes share. */

/** A piece of memory that processes map, as @p8/multiprocessing gives them out. */
export interface Place {
  readonly buffer: ArrayBuffer;
  /** In bytes; a multiple of 8. */
  readonly offset: number;
  readonly length: number;
  /** Whether others have it already, since it came from another thread or process. */
  readonly received: boolean;
}

/** Memory of its own, for the threads of this process, or a place in that of processes. */
export type ObjectMemory = SharedArrayBuffer | Place;

/** The words of an object; memory of its own without `memory`. */
export function wordsIn(memory: ObjectMemory | undefined, count: number): Int32Array {
  if (memory === undefined) return new Int32Array(new SharedArrayBuffer(4 * count));
  if (memory instanceof SharedArrayBuffer) return new Int32Array(memory);
  return new Int32Array(memory.buffer, memory.offset, count);
}

/** Whether it came from somebody else, so that others have it too. */
export function isReceived(memory: ObjectMemory | undefined): boolean {
  return memory !== undefined && (memory instanceof SharedArrayBuffer || memory.received);
}
