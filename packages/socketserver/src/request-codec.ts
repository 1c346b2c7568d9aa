/**
 * A request as it stands in the table. A connection is its descriptor, a packet its bytes, and any other request, of a server
 * without sockets, what the structured clone makes of it.
 */
import { deserialize, serialize } from 'node:v8';
import { ValueError } from '@p8/errors';
import { Socket } from '@p8/socket';
import type { Address } from '@p8/socket';
import { LentSocket } from './lent-socket.ts';
import { Kind } from './request-table.ts';
import type { SlotContent } from './request-table.ts';

/** A request at home, while a thread has it. */
export interface HeldRequest {
  readonly request: unknown;
  readonly clientAddress: Address;
  /** The connection, open until the thread has ended with it. */
  readonly connection: Socket | undefined;
}

const NOTHING = new Uint8Array();

/**
 * Makes a request ready for a thread. Its socket is closed by that for everybody else. Raises ValueError for one that has no room,
 * RuntimeError for a connection of which bytes were received and not read, DataCloneError for what cannot be copied.
 */
export function packRequest(
  request: unknown,
  clientAddress: Address,
  listener: Socket | undefined,
  room: number,
): [content: Omit<SlotContent, 'id'>, held: HeldRequest] {
  const address = Buffer.from(encodeAddress(clientAddress));
  if (request instanceof Socket) {
    const { family, type, proto } = request;
    const connection = new Socket(family, type, proto, { fileno: request.detach() });
    const content = { kind: Kind.connection, numbers: LentSocket.lend(connection), address, body: NOTHING };
    return [content, { request: connection, clientAddress, connection }];
  }
  const isPacket = Array.isArray(request) && request.length === 2 && request[1] === listener && listener !== undefined;
  const body: Uint8Array = isPacket ? (request[0] as Buffer) : serialize(request);
  if (address.length + body.length > room)
    throw new ValueError(`request: it has ${body.length} bytes, and there is room for ${room - address.length}`);
  const content = { kind: isPacket ? Kind.packet : Kind.value, numbers: [], address, body };
  return [content, { request, clientAddress, connection: undefined }];
}

/** The request again, in the thread. */
export function unpackRequest(
  { kind, numbers, address, body }: SlotContent,
  listener: Socket | undefined,
): [request: unknown, clientAddress: Address] {
  const clientAddress = decodeAddress(Buffer.from(address.buffer, address.byteOffset, address.length).toString());
  if (kind === Kind.connection) return [new LentSocket(numbers as never), clientAddress];
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  return [kind === Kind.packet ? [bytes, listener] : deserialize(bytes), clientAddress];
}

/** Addresses are plain data, but for abstract names, which are bytes. */
function encodeAddress(address: Address): string {
  return JSON.stringify(address instanceof Uint8Array ? { bytes: Buffer.from(address).toString('latin1') } : address);
}

function decodeAddress(text: string): Address {
  const address = JSON.parse(text) as Address | { readonly bytes: string };
  return typeof address === 'object' && 'bytes' in address ? Buffer.from(address.bytes, 'latin1') : address;
}
