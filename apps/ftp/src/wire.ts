/**
 * Names as they travel: a **wire string** holds one byte in each character (what `latin1` reads and writes), so that a
 * file name of any encoding comes and goes unchanged. UTF-8 names are UTF-8 on the wire and on the disk, as RFC 2640
 * asks; a name that is not valid UTF-8 can still be listed, fetched and removed.
 */

/** Reads bytes as a wire string. */
export function fromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The bytes of a wire string. */
export function toBytes(wire: string): Buffer {
  return Buffer.from(wire, 'latin1');
}

/** Makes a wire string of text from this program, its options or its configuration. */
export function fromText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Text for people of a wire string: the log, the screen. Bytes that are no UTF-8 become the replacement character. */
export function toText(wire: string): string {
  return Buffer.from(wire, 'latin1').toString('utf8');
}
