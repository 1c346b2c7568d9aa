/** What a process of a pool has of the owner: a connection, for what has no room in the table. */
import type { Parcel } from '@p8/pickle';
import type { Answer, Carrier, Line, Outcome } from '@p8/threading/engine';
import { insideOf } from '../connection/connection.ts';
import type { Connection } from '../connection/connection.ts';
import { processCarrier } from './carrier.ts';
import type { MappedNumbers } from './mapped-numbers.ts';
import { FAREWELL, readNote, writeNote } from './note.ts';

const EMPTY = new Uint8Array();

export class ProcessLine implements Line {
  readonly carrier: Carrier = processCarrier;
  readonly bell: Int32Array;
  readonly numbers: MappedNumbers;
  readonly #connection: Connection;

  constructor(bell: Int32Array, numbers: MappedNumbers, connection: Connection) {
    this.bell = bell;
    this.numbers = numbers;
    this.#connection = connection;
  }

  /** The report first: an owner that blocks must know that there is something to receive. */
  deliver({ slot, data, numbers }: Outcome, parcel: Parcel | undefined, report: () => void): void {
    const bytes = writeNote(slot, data as Uint8Array | undefined, numbers);
    report();
    insideOf(this.#connection).outgoing.writeSync(bytes, undefined, parcel?.descriptors);
  }

  answer(): Answer | null {
    const { data, numbers } = readNote(insideOf(this.#connection).incoming.nextSync(Infinity, undefined));
    return data === undefined ? null : { data, numbers };
  }

  knock(): void {
    this.#connection.sendBytesSync(EMPTY);
  }

  /** Tells the owner that this process will do no more, or that it cannot work. */
  leave(failure?: Parcel): void {
    const bytes = writeNote(FAREWELL, failure?.data as Uint8Array | undefined, undefined);
    insideOf(this.#connection).outgoing.writeSync(bytes, undefined, failure?.descriptors);
  }
}
