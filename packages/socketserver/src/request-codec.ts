/**
 * A request on its way to a member: a packet of its own.
 *
 *     slot, id, kind, descriptor, family, type, protocol, length of the address │ address │ body
 *
 * A connection is its descriptor, a packet its bytes, and any other request, of a server without sockets, what the structured
 * clone makes of it.
 */
import { deserialize, serialize } from 'node:v8';
import { OSError, RuntimeError, ValueError } from '@p8/errors';
import { EBADF, Socket } from '@p8/socket';
import type { Address } from '@p8/socket';
import { fresh, unreadLength } from '@p8/socket/engine';
import { LentSocket } from './lent-socket.ts';
import type { Lending } from './lent-socket.ts';
import type { Delivery } from './request-queue.ts';

/** A request at home, while a member has it. */
export interface HeldRequest {
  readonly request: unknown;
  readonly clientAddress: Address;
  /** The connection, open until the member has ended with it. */
  readonly connection: Socket | undefined;
}

/** A request as it sets out. */
export interface Packed {
  readonly bytes: Uint8Array;
  readonly held: HeldRequest;
}

/** A request as it arrives. */
export interface Arrived {
  readonly slot: number;
  readonly id: number;
  readonly clientAddress: Address;
  /** Makes the request, once it is known that it is for this member. */
  request(): unknown;
}

const Kind = { connection: 0, packet: 1, value: 2 } as const;
const EMFILE = 24;
const WORDS = 8;
const HEAD = 4 * WORDS;
const NOTHING = new Uint8Array();
const NO_SOCKET: Lending = [-1, 0, 0, 0];

/**
 * Makes a request ready for a member. Its socket stays open here, but is the member's. Raises ValueError for one of more bytes than `room`,
 * OSError (EBADF) for a connection that is closed, RuntimeError for one of which bytes were received and not read, DataCloneError for
 * what cannot be copied.
 */
export function packRequest(
  [slot, id]: readonly [slot: number, id: number],
  request: unknown,
  clientAddress: Address,
  listener: Socket | undefined,
  room: number,
): Packed {
  const address = Buffer.from(encodeAddress(clientAddress));
  if (request instanceof Socket) {
    if (request.closed) throw new OSError(EBADF, { syscall: 'processRequest' });
    const unread = unreadLength(request);
    if (unread > 0)
      throw new RuntimeError(`processRequest() would lose ${unread} bytes that were received; take them with recv()`);
    const head = [slot, id, Kind.connection, ...LentSocket.lend(request), address.length];
    return { bytes: packet(head, address, NOTHING), held: { request, clientAddress, connection: request } };
  }
  const isPacket = Array.isArray(request) && request.length === 2 && request[1] === listener && listener !== undefined;
  const body: Uint8Array = isPacket ? (request[0] as Buffer) : serialize(request);
  if (HEAD + address.length + body.length > room)
    throw new ValueError(`request: it has ${body.length} bytes, and there is room for ${room - HEAD - address.length}`);
  const head = [slot, id, isPacket ? Kind.packet : Kind.value, ...NO_SOCKET, address.length];
  return { bytes: packet(head, address, body), held: { request, clientAddress, connection: undefined } };
}

/**
 * What has arrived. Its `request()` raises OSError (EMFILE) for a connection whose descriptor found no room in this process.
 *
 * @param fd the connection's descriptor, where those come with packets
 * @param withDescriptors whether they do; else a connection is known here by its number
 */
export function unpackRequest([bytes, fd]: Delivery, withDescriptors: boolean, listener: Socket | undefined): Arrived {
  const [slot, id, kind, fileno, family, type, proto, length] = wordsOf(bytes);
  const middle = HEAD + length;
  const body = bytes.subarray(middle);
  return {
    slot,
    id,
    clientAddress: decodeAddress(bytes.toString('utf8', HEAD, middle)),
    request() {
      if (kind === Kind.packet) return [body, listener];
      if (kind === Kind.value) return deserialize(body);
      if (!withDescriptors) return new LentSocket([fileno, family, type, proto]);
      if (fd === undefined) throw new OSError(EMFILE, { syscall: 'recvmsg' });
      return fresh(fd, family, type, proto);
    },
  };
}

function packet(head: readonly number[], address: Uint8Array, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD + address.length + body.length);
  new Int32Array(bytes.buffer, 0, WORDS).set(head);
  bytes.set(address, HEAD);
  bytes.set(body, HEAD + address.length);
  return bytes;
}

type Words = [
  slot: number,
  id: number,
  kind: number,
  fileno: number,
  family: number,
  type: number,
  proto: number,
  length: number,
];

function wordsOf(bytes: Buffer): Words {
  // what was received may begin anywhere
  return Array.from({ length: WORDS }, (_, i) => bytes.readInt32LE(4 * i)) as Words;
}

/** Addresses are plain data, but for abstract names, which are bytes. */
function encodeAddress(address: Address): string {
  return JSON.stringify(address instanceof Uint8Array ? { bytes: Buffer.from(address).toString('latin1') } : address);
}

function decodeAddress(text: string): Address {
  const address = JSON.parse(text) as Address | { readonly bytes: string };
  return typeof address === 'object' && 'bytes' in address ? Buffer.from(address.bytes, 'latin1') : address;
}
