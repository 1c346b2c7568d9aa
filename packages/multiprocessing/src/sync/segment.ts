/**
 * Memory without a name: memfd_create(2). It goes to other threads and processes by its descriptor, is mapped there once, and is
 * freed when nobody maps it any more, whoever ended and however.
 */
import { fstatSync } from 'node:fs';
import { MemoryError, OSError, RuntimeError, ValueError } from '@p8/errors';
import { importable, reducible } from '@p8/pickle';
import type { PassedFd } from '@p8/pickle';
import { passFd } from '@p8/socket';
import { syscalls } from '@p8/syscall';
import { ENOMEM, makeFile, neverShrinks, reserved } from '../memory/memfd.ts';
import { program } from './life.ts';

/** Those that this thread maps, by the file. */
const mapped = new Map<string, WeakRef<Segment>>();
const gone = new FinalizationRegistry<string>((file) => {
  if (mapped.get(file)?.deref() === undefined) mapped.delete(file);
});

export class Segment {
  static {
    reducible(Segment, ({ fd }) => [receiveSegment, [passFd(fd), program()]]);
  }

  readonly buffer: ArrayBuffer;
  /** Open for as long as the buffer is used. */
  readonly fd: number;

  /** @param fd becomes the segment's */
  constructor(fd: number, size: number) {
    const outcome = syscalls.mmap(fd, size, 1);
    if (typeof outcome === 'number') throw new OSError(outcome, { syscall: 'mmap' });
    [this.buffer] = outcome;
    this.fd = fd;
    const file = fileOf(fd);
    mapped.set(file, new WeakRef(this));
    gone.register(this, file);
  }
}

/** A new one, of zeros, for which there is room. Raises MemoryError if there is not, and the OSError of the system. */
export function makeSegment(size: number): Segment {
  const fd = makeFile('p8', false, (file) => reserve(file, size));
  try {
    return new Segment(fd, size);
  } catch (error) {
    syscalls.close(fd);
    throw error;
  }
}

/** The segment of a descriptor, which it takes over: the one that this thread has already, or a new one. */
function segmentOf(fd: number): Segment {
  const known = mapped.get(fileOf(fd))?.deref();
  if (known !== undefined) {
    syscalls.close(fd);
    return known;
  }
  try {
    if (!neverShrinks(fd)) throw new ValueError('this file is no segment of shared memory: it is not sealed');
    return new Segment(fd, fstatSync(fd).size);
  } catch (error) {
    syscalls.close(fd);
    throw error;
  }
}

/** For a thread or process that gets one. Raises RuntimeError if that is of another program than its giver. */
export function receiveSegment(passed: PassedFd, giver: number): Segment {
  if (giver === program()) return segmentOf(passed.take());
  throw new RuntimeError(
    'this lock, value or queue belongs to another program, whose processes this one cannot see ending: use a Manager, or ' +
      'SharedMemory',
  );
}

function fileOf(fd: number): string {
  const { dev, ino } = fstatSync(fd);
  return `${dev} ${ino}`;
}

function reserve(fd: number, size: number): void {
  const outcome = reserved(fd, size);
  if (outcome === -ENOMEM)
    throw new MemoryError(`${size} bytes of shared memory: there is room for ${process.availableMemory()}`);
  if (outcome < 0) throw new OSError(outcome, { syscall: 'posix_fallocate' });
}

importable(import.meta, { receiveSegment });
