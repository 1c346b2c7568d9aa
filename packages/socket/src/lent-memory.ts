/**
 * The memory that `recvView` lends: few blocks, used again and again, so that they stay in the processor's cache. The free
 * ones are a stack that the native half takes from too, while receives wait; what was given back last is lent first.
 *
 *     borrow(), or the reactor ──▶ a view of the user's ──▶ giveBack(): the view is emptied, the block is free again
 *
 * Giving back moves the memory into a new ArrayBuffer. A view that was kept too long is then empty, and neither reads nor
 * writes what meanwhile belongs to another socket.
 */
import { memory, syscalls } from '@p8/syscall';
import { words } from './reactor.ts';

/** The size of a block: the most that a view can be. */
export const LENT_SIZE: number = 64 * 1024;

/** The free blocks, each in its place. */
const blocks: (ArrayBuffer | undefined)[] = Array.from({ length: memory.SPARE_PLACES });
const emptyPlaces: number[] = Array.from(blocks.keys());

/** A block to receive into, of which the borrower is the only owner. */
export function borrow(): ArrayBuffer {
  const count = words[memory.SPARE_COUNT] as number;
  if (count === 0) return new ArrayBuffer(LENT_SIZE);
  words[memory.SPARE_COUNT] = count - 1;
  return take(words[memory.SPARES + count - 1] as number);
}

/** The block that the native half took from a place and received into. */
export function take(place: number): ArrayBuffer {
  const block = blocks[place] as ArrayBuffer;
  blocks[place] = undefined;
  emptyPlaces.push(place);
  return block;
}

/** Makes a block free, and its views empty. Where enough are free, it is left to whoever still has a view of it. */
export function giveBack(block: ArrayBuffer): void {
  // its user may have transferred it away
  if (block.byteLength !== LENT_SIZE) return;
  const place = emptyPlaces.pop();
  if (place === undefined) return;
  const own = block.transfer();
  blocks[place] = own;
  syscalls.reactorSpare(place, own);
  const count = words[memory.SPARE_COUNT] as number;
  words[memory.SPARES + count] = place;
  words[memory.SPARE_COUNT] = count + 1;
}
