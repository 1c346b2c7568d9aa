/**
 * Places for small objects in segments that they share. A place is given out once: the memory of a segment is freed when all its
 * objects are gone, in all processes.
 *
 *     segment  [ object | object | object | free …      ]
 */
import { importable, reducible } from '@p8/pickle';
import type { Place } from '@p8/threading/engine';
import { setProcessRealm } from '@p8/threading/engine';
import { processRealm } from './process-realm.ts';
import { makeSegment } from './segment.ts';
import type { Segment } from './segment.ts';

const ARENA = 64 * 1024;
/** What is larger has a segment of its own. */
const LARGEST_IN_ARENA: number = ARENA / 8;
/** What a processor gives to another as one: objects that different threads use must not share it. */
const LINE = 64;

let arena: Segment | undefined;
let used = 0;

/** Where an object lies, in a segment that other threads and processes may map. */
export class MappedPlace implements Place {
  static {
    reducible(MappedPlace, ({ segment, offset, length }) => [receivePlace, [segment, offset, length]]);
    setProcessRealm(processRealm);
  }

  readonly segment: Segment;
  readonly offset: number;
  readonly length: number;
  readonly received: boolean;

  constructor(segment: Segment, offset: number, length: number, received: boolean) {
    this.segment = segment;
    this.offset = offset;
    this.length = length;
    this.received = received;
  }

  get buffer(): ArrayBuffer {
    return this.segment.buffer;
  }
}

/** A new place for so many bytes, of zeros. Raises MemoryError and OSError if there is no room. */
export function allocate(bytes: number): MappedPlace {
  if (bytes > LARGEST_IN_ARENA) return new MappedPlace(makeSegment(bytes), 0, bytes, false);
  if (arena === undefined || used + bytes > ARENA) {
    arena = makeSegment(ARENA);
    used = 0;
  }
  const place = new MappedPlace(arena, used, bytes, false);
  used += Math.ceil(bytes / LINE) * LINE;
  return place;
}

/** For a thread or process that gets one. */
export function receivePlace(segment: Segment, offset: number, length: number): MappedPlace {
  return new MappedPlace(segment, offset, length, true);
}

importable(import.meta, { receivePlace });
