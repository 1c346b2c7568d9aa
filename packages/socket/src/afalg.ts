/** Requests to the kernel's cryptography. https://docs.python.org/3/library/socket.html#socket.socket.sendmsg_afalg */
import { constants } from '@p8/syscall';
import type { AncillaryItem } from './ancillary.ts';
import { checkSize, toBytes } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import { describe } from './describe.ts';

const { SOL_ALG, ALG_SET_OP, ALG_SET_IV, ALG_SET_AEAD_ASSOCLEN } = constants;

export interface AfalgRequest {
  /** The data; none unless given. */
  readonly msg?: Iterable<Bytes>;
  /** ALG_OP_ENCRYPT or ALG_OP_DECRYPT. */
  readonly op: number;
  /** The initialization vector. */
  readonly iv?: Bytes;
  /** How many bytes at the beginning of the data are authenticated only. */
  readonly assoclen?: number;
  readonly flags?: number;
}

/** The items of control data that say what shall be done. Raises TypeError without an operation. */
export function afalgItems({ op, iv, assoclen }: AfalgRequest): AncillaryItem[] {
  if (op === undefined) {
    throw new TypeError(`sendmsgAfalg(): op must be ALG_OP_ENCRYPT or ALG_OP_DECRYPT, not ${describe(op)}`);
  }
  checkSize(op, 'op', 'sendmsgAfalg');
  const items: AncillaryItem[] = [[SOL_ALG, ALG_SET_OP, uint32(op)]];
  if (iv !== undefined) {
    const bytes = toBytes(iv, 'sendmsgAfalg');
    items.push([SOL_ALG, ALG_SET_IV, Buffer.concat([uint32(bytes.length), bytes])]);
  }
  if (assoclen !== undefined) {
    checkSize(assoclen, 'assoclen', 'sendmsgAfalg');
    items.push([SOL_ALG, ALG_SET_AEAD_ASSOCLEN, uint32(assoclen)]);
  }
  return items;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(Uint32Array.BYTES_PER_ELEMENT);
  bytes.writeUInt32LE(value);
  return bytes;
}
