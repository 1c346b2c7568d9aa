/**
 * Addresses: what a user writes, and the `sockaddr` of the kernel. Each family's two directions stand in a file of
 * `address/`; a host name needs the resolver (`resolve.ts`). A family that has none is written as the bytes of its whole
 * `sockaddr`, as the kernel gives it.
 */
import { constants, SOCKADDR_SIZE } from '@p8/syscall';
import { bluetooth } from './address/bluetooth.ts';
import type { BluetoothAddress } from './address/bluetooth.ts';
import { can } from './address/can.ts';
import type { CanAddress } from './address/can.ts';
import { qipcrtr, tipc } from './address/cluster.ts';
import type { QipcrtrAddress, TipcAddress } from './address/cluster.ts';
import { inet, inet6 } from './address/internet.ts';
import type { InternetAddress } from './address/internet.ts';
import { alg, netlink, vsock } from './address/kernel.ts';
import type { AlgAddress, NetlinkAddress, VsockAddress } from './address/kernel.ts';
import { packet } from './address/packet.ts';
import type { PacketAddress } from './address/packet.ts';
import { recentAddress, recentSockaddr, remember } from './address/recent.ts';
import type { AddressFormat } from './address/shape.ts';
import { unix } from './address/unix.ts';
import { describe } from './describe.ts';

/** What the calls of a socket take and return: `[host, port]`, a path, or what another family has; see `address/`. */
export type Address =
  | string
  | Uint8Array
  | InternetAddress
  | PacketAddress
  | NetlinkAddress
  | VsockAddress
  | CanAddress
  | BluetoothAddress
  | TipcAddress
  | QipcrtrAddress
  | AlgAddress;

const { AF_ALG, AF_BLUETOOTH, AF_CAN, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET } = constants;
const { AF_QIPCRTR, AF_RDS, AF_TIPC, AF_UNIX, AF_VSOCK } = constants;
const FAMILY_SIZE = 2;
const SOCKADDR_IN_SIZE = 16;
const LARGEST = SOCKADDR_SIZE - Uint32Array.BYTES_PER_ELEMENT;

const FORMATS = new Map<number, AddressFormat<Address>>([
  [AF_INET, inet],
  [AF_INET6, inet6],
  [AF_UNIX, unix],
  [AF_PACKET, packet],
  [AF_NETLINK, netlink],
  [AF_VSOCK, vsock],
  [AF_CAN, can],
  [AF_RDS, inet],
  [AF_BLUETOOTH, bluetooth],
  [AF_TIPC, tipc],
  [AF_QIPCRTR, qipcrtr],
  [AF_ALG, alg],
]);

/** A view that the kernel writes an address into. */
export function sockaddrBuffer(): Uint8Array {
  return new Uint8Array(SOCKADDR_SIZE);
}

/**
 * The `sockaddr` of an address, or undefined when its host is a name to look up. `call` is the caller's name, for errors;
 * `proto` the socket's protocol, on which an address of Bluetooth depends.
 *
 * Raises TypeError for another shape than the family's, OverflowError for a number out of range, OSError and ValueError
 * for names that do not fit or that nothing has.
 */
export function encodeAddress(family: number, address: Address, call: string, proto = 0): Uint8Array | undefined {
  if (family === AF_INET) return recentSockaddr(address) ?? encodeInet(address as InternetAddress, call);
  const format = FORMATS.get(family);
  if (format !== undefined) return format.encode(address, call, proto);
  if (address instanceof Uint8Array && address.length <= LARGEST) return address;
  throw new TypeError(
    `${call}(): an address of family ${family} must be the bytes of a sockaddr, not ${describe(address)}`,
  );
}

function encodeInet(address: InternetAddress, call: string): Uint8Array | undefined {
  const sockaddr = inet.encode(address, call, 0);
  if (sockaddr === undefined) return undefined;
  const decoded = inet.decode(sockaddr);
  // '' and '<broadcast>' are never what the kernel gives
  if (decoded[0] === address[0]) remember(decoded, sockaddr);
  return sockaddr;
}

/** The address in a buffer that the kernel has written. */
export function decodeAddress(buffer: Uint8Array): Address {
  const length = new DataView(buffer.buffer, buffer.byteOffset).getUint32(LARGEST, true);
  return decodeSockaddr(buffer.subarray(0, Math.min(length, LARGEST)));
}

/** The same where the same few come again and again, to be answered: who sent a datagram. */
export function decodeSender(buffer: Uint8Array): Address {
  if (buffer[0] !== AF_INET || buffer[1] !== 0 || buffer[LARGEST] !== SOCKADDR_IN_SIZE) return decodeAddress(buffer);
  const recent = recentAddress(buffer);
  if (recent !== undefined) return recent;
  const sockaddr = buffer.slice(0, SOCKADDR_IN_SIZE);
  const address = inet.decode(sockaddr);
  remember(address, sockaddr);
  return address;
}

/** The address of a `sockaddr` of exactly this length. */
export function decodeSockaddr(sockaddr: Uint8Array): Address {
  if (sockaddr.length < FAMILY_SIZE) return '';
  const family = new DataView(sockaddr.buffer, sockaddr.byteOffset).getUint16(0, true);
  const format = FORMATS.get(family);
  return format === undefined || sockaddr.length < format.least ? Buffer.from(sockaddr) : format.decode(sockaddr);
}
