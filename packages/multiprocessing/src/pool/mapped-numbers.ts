/** The numbers of a pool of processes: in a file without a name, which the owner grows. */
import { importable, reducible } from '@p8/pickle';
import type { PassedFd } from '@p8/pickle';
import { passFd } from '@p8/socket';
import type { NumberMemory, Room } from '@p8/threading/engine';
import { GrowingFile } from '../memory/growing-file.ts';
import { reserved } from '../memory/memfd.ts';

const BYTES = Float64Array.BYTES_PER_ELEMENT;

export class MappedNumbers implements NumberMemory {
  static {
    reducible(MappedNumbers, ({ file }) => [receiveNumbers, [passFd(file.fd)]]);
  }

  readonly file: GrowingFile;

  /** Raises the OSError of memfd_create(2). */
  constructor(file: GrowingFile = GrowingFile.make('p8-numbers', empty)) {
    this.file = file;
  }

  view({ start, length }: Room): Float64Array {
    return new Float64Array(this.file.bytes(BYTES * (start + length)), BYTES * start, length);
  }

  /** Where there is no memory the numbers travel. */
  grow(length: number): boolean {
    return reserved(this.file.fd, BYTES * length) === 0;
  }
}

/** For a process that gets it. */
export function receiveNumbers(fd: PassedFd): MappedNumbers {
  return new MappedNumbers(new GrowingFile(fd.take()));
}

function empty(): void {}

importable(import.meta, { receiveNumbers });
