/** A queue in memory that processes map: its words in an arena, its items in a file of their own without a name, which grows. */
import { MemoryError, OSError } from '@p8/errors';
import { importable, reducible } from '@p8/pickle';
import type { PassedFd } from '@p8/pickle';
import { AF_UNIX, passFd, SOCK_SEQPACKET, socketpair } from '@p8/socket';
import { FIRST_SIZE, QUEUE_WORDS } from '@p8/threading/engine';
import type { QueueSpace } from '@p8/threading/engine';
import { expectMessage } from '../memory/freed-memory.ts';
import { GrowingFile } from '../memory/growing-file.ts';
import { reserved } from '../memory/memfd.ts';
import { allocate } from '../sync/arena.ts';
import type { MappedPlace } from '../sync/arena.ts';
import { DescriptorFreight, receivedEnd } from './descriptor-freight.ts';

/** What one process has of a queue, by descriptors. */
interface Belongings {
  readonly place: MappedPlace;
  readonly file: GrowingFile;
  readonly freight: DescriptorFreight;
}

export class MappedSpace implements QueueSpace {
  static {
    reducible(MappedSpace, ({ belongings: { place, file, freight } }) => [
      receiveSpace,
      [place, passFd(file.fd), passFd(freight.sender.fileno()), passFd(freight.receiver.fileno())],
    ]);
  }

  readonly words: Int32Array;
  readonly received: boolean;
  readonly freight: DescriptorFreight;
  readonly belongings: Belongings;

  /** A new one, or that of a queue which another process or thread has. Raises MemoryError, and OSError (EMFILE). */
  constructor(belongings: Belongings = newBelongings()) {
    const { place, freight } = belongings;
    this.belongings = belongings;
    this.words = new Int32Array(place.buffer, place.offset, QUEUE_WORDS);
    this.received = place.received;
    this.freight = freight;
    forgotten.register(this, belongings, this);
  }

  /** Those who have the space have the queue. */
  get parts(): this {
    return this;
  }

  get size(): number {
    return this.belongings.file.size;
  }

  items(words: number): Int32Array {
    const bytes = this.belongings.file.bytes(4 * words);
    // it is doubled until an item fits: this may have been one
    expectMessage(bytes.byteLength / 2);
    return new Int32Array(bytes, 0, words);
  }

  /** The memory is reserved now, so that no later write finds that there is none. */
  grow(bytes: number): void {
    reserve(this.belongings.file.fd, bytes);
  }

  /** Lets go of it in this process. Twice is fine. */
  close(): void {
    if (!forgotten.unregister(this)) return;
    letGo(this.belongings);
  }
}

/** For a thread or process that gets one. */
export function receiveSpace(place: MappedPlace, file: PassedFd, sender: PassedFd, receiver: PassedFd): MappedSpace {
  const words = new Int32Array(place.buffer, place.offset, QUEUE_WORDS);
  const freight = new DescriptorFreight(words, receivedEnd(sender.take()), receivedEnd(receiver.take()));
  return new MappedSpace({ place, file: new GrowingFile(file.take()), freight });
}

function newBelongings(): Belongings {
  const place = allocate(4 * QUEUE_WORDS);
  const words = new Int32Array(place.buffer, place.offset, QUEUE_WORDS);
  const freight = new DescriptorFreight(words, ...socketpair(AF_UNIX, SOCK_SEQPACKET));
  try {
    return { place, file: GrowingFile.make('p8-queue', (fd) => reserve(fd, FIRST_SIZE)), freight };
  } catch (error) {
    freight.close();
    throw error;
  }
}

/** Raises MemoryError where there is no room. */
function reserve(fd: number, bytes: number): void {
  const outcome = reserved(fd, bytes);
  if (outcome < 0) {
    const cause = new OSError(outcome, { syscall: 'posix_fallocate' });
    throw new MemoryError(`the queue's items need ${bytes} bytes of shared memory: give it a maxsize`, { cause });
  }
}

/** Queues that nobody closed, as Python's, are closed without a word. */
const forgotten = new FinalizationRegistry<Belongings>(letGo);

function letGo({ file, freight }: Belongings): void {
  freight.close();
  file.close();
}

importable(import.meta, { receiveSpace });
