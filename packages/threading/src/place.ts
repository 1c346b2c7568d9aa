/** Where an object lies that several threads or processes share. */

/** A piece of memory that processes map, as @p8/multiprocessing gives it out. */
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

/** Gives out a new place, of zeros. */
export type Allocate = (bytes: number) => Place;

/** The memory that an object was given, or new memory; where nothing else was said, its own. */
export function memoryFor(bytes: number, memory: ObjectMemory | Allocate | undefined): ObjectMemory {
  if (memory === undefined) return new SharedArrayBuffer(bytes);
  return typeof memory === 'function' ? memory(bytes) : memory;
}

/** Whether the memory that an object was given came from somebody else, so that others have it too. */
export function isReceived(memory: ObjectMemory | Allocate | undefined): boolean {
  if (memory === undefined || typeof memory === 'function') return false;
  return memory instanceof SharedArrayBuffer || memory.received;
}

/** All of the memory as words; they follow memory of its own as it grows. */
export function wordsOf(memory: ObjectMemory): Int32Array {
  if (memory instanceof SharedArrayBuffer) return new Int32Array(memory);
  return new Int32Array(memory.buffer, memory.offset, memory.length >>> 2);
}

/** All of the memory as bytes. */
export function bytesOf(memory: ObjectMemory): Uint8Array {
  if (memory instanceof SharedArrayBuffer) return new Uint8Array(memory);
  return new Uint8Array(memory.buffer, memory.offset, memory.length);
}
