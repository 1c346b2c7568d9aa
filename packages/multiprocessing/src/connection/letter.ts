/** What a connection sends and receives: a message, with the descriptors beside it. */
import { closeFd } from '@p8/socket';

/** The most that the kernel takes with one message: SCM_MAX_FD of unix(7). */
export const MOST_DESCRIPTORS = 253;

/** A message that is to be sent. */
export interface Letter {
  readonly bytes: Uint8Array;
  /** Sent with the first byte; the letter owns them. */
  readonly descriptors: readonly number[];
  /** The other side will have it. */
  sent(): void;
  /** It will not, or not whole. */
  failed(): void;
}

/** A message that has come. */
export interface Message {
  readonly bytes: Buffer;
  /** They belong to who has the message. */
  readonly descriptors: number[];
}

/** Closes those that nobody took. */
export function closeAll(descriptors: number[]): void {
  for (const fd of descriptors.splice(0)) if (fd >= 0) closeFd(fd);
}

/** Descriptors, and the place of the stream at which the bytes ended that they came with. */
export interface Batch {
  readonly end: number;
  readonly descriptors: readonly number[];
}

/** Descriptors that came, in the order of the stream, until the messages they belong to are taken. */
export class Arrivals {
  readonly #batches: Batch[];

  constructor(batches: readonly Batch[] = []) {
    this.#batches = [...batches];
  }

  /**
   * They came with bytes that end at this place. The kernel gives descriptors with the bytes that they were sent with, and ends a
   * reception behind those, so they belong to the last message that begins before this place.
   */
  add(end: number, descriptors: readonly number[]): void {
    this.#batches.push({ end, descriptors });
  }

  /** Those of the message that ends at this place. */
  takeUpTo(place: number): number[] {
    const taken: number[] = [];
    while ((this.#batches[0]?.end ?? Infinity) <= place) taken.push(...this.#batches.shift()!.descriptors);
    return taken;
  }

  /** All of them, with the places as they are counted from here on. */
  since(origin: number): Batch[] {
    return this.#batches.map(({ end, descriptors }) => ({ end: end - origin, descriptors }));
  }

  /** Closes them. */
  close(): void {
    for (const { descriptors } of this.#batches.splice(0)) closeAll([...descriptors]);
  }
}
