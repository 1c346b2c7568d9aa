/** What names an object of a manager, everywhere: https://docs.python.org/3/library/multiprocessing.html#proxy-objects */
import { importable, reducible } from '@p8/pickle';
import type { ConnectionAddress } from '../connection/address.ts';

/** The type of an object, where its server listens, and the object's id there. */
export class Token {
  static {
    reducible(Token, ({ typeid, address, id }) => [Token, [typeid, address, id]]);
  }

  readonly typeid: string;
  readonly address: ConnectionAddress;
  readonly id: string;

  constructor(typeid: string, address: ConnectionAddress, id: string) {
    this.typeid = typeid;
    this.address = address;
    this.id = id;
  }

  /** `Token(typeid='list', address='/tmp/…', id='7f')` */
  toString(): string {
    return `Token(typeid='${this.typeid}', address=${textOf(this.address)}, id='${this.id}')`;
  }
}

/** The same text for the same address. */
export function textOf(address: ConnectionAddress): string {
  if (address instanceof Uint8Array) return JSON.stringify(Buffer.from(address).toString('latin1'));
  return JSON.stringify(address);
}

importable(import.meta, { Token });
