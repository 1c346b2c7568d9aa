/**
 * TYPE A: lines end with CRLF on the wire and with LF on the disk (RFC 959 §3.1.1.1). Both converters remember the end
 * of the bytes they were given, because a CR and its LF may come in two reads. A CR that ends no line stays.
 */

const LF = 10;
const CR = 13;

/** From the disk to the wire: a LF without a CR before it gets one. */
export class ToNetwork {
  #last = 0;

  /** Converts the next bytes; returns them as they are when there is nothing to do. */
  push(bytes: Buffer): Buffer {
    const ends = bareLineFeeds(bytes, this.#last);
    if (bytes.length > 0) this.#last = bytes[bytes.length - 1] as number;
    if (ends.length === 0) return bytes;
    const converted = Buffer.allocUnsafe(bytes.length + ends.length);
    let from = 0;
    let to = 0;
    for (const end of ends) {
      to += bytes.copy(converted, to, from, end);
      converted[to++] = CR;
      from = end;
    }
    bytes.copy(converted, to, from);
    return converted;
  }
}

/** From the wire to the disk: CRLF becomes LF. */
export class FromNetwork {
  #heldCr = false;

  /** Converts the next bytes. A CR at their end is held until the next call shows what follows it. */
  push(bytes: Buffer): Buffer {
    if (bytes.length === 0) return bytes;
    const converted = Buffer.allocUnsafe(bytes.length + 1);
    let to = 0;
    let from = 0;
    if (this.#heldCr && bytes[0] !== LF) converted[to++] = CR;
    this.#heldCr = bytes[bytes.length - 1] === CR;
    const limit = this.#heldCr ? bytes.length - 1 : bytes.length;
    for (let cr = bytes.indexOf(CR); cr !== -1 && cr < limit; cr = bytes.indexOf(CR, cr + 1)) {
      if (bytes[cr + 1] !== LF) continue;
      to += bytes.copy(converted, to, from, cr);
      from = cr + 1;
    }
    to += bytes.copy(converted, to, from, limit);
    return converted.subarray(0, to);
  }

  /** The bytes still held when the transfer ends. */
  end(): Buffer {
    const held = this.#heldCr;
    this.#heldCr = false;
    return Buffer.from(held ? [CR] : []);
  }
}

function bareLineFeeds(bytes: Buffer, before: number): number[] {
  const found = [];
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if ((at === 0 ? before : bytes[at - 1]) !== CR) found.push(at);
  }
  return found;
}
