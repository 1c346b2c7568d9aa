/** AF_PACKET: `[device, proto, pkttype?, hatype?, addr?]`, frames of a network interface: packet(7). */
import { ValueError } from '@p8/errors';
import { constants } from '@p8/syscall';
import { describe } from '../describe.ts';
import { interfaceIndex, interfaceName } from './interface.ts';
import { parts, sockaddrOf, UINT16, UINT8, unsigned, viewOf } from './shape.ts';
import type { AddressFormat } from './shape.ts';

/**
 * The protocol is an `ETH_P_…` or `ETHERTYPE_…` number in the usual byte order; the others tell of a received frame:
 * a `PACKET_…` number, the ARPHRD number of the interface, and the sender's hardware address.
 */
export type PacketAddress = readonly [
  device: string,
  proto: number,
  pkttype?: number,
  hatype?: number,
  addr?: Uint8Array,
];

const SOCKADDR_LL_SIZE = 20;
const ADDR = 12;
const LONGEST_ADDR = 8;
const SHAPE = '[device, proto, pkttype, hatype, addr]';

export const packet: AddressFormat<PacketAddress> = {
  encode(address, call) {
    const [device, proto, pkttype = 0, hatype = 0, addr = new Uint8Array(0)] = parts(
      address,
      'AF_PACKET',
      SHAPE,
      2,
      5,
      call,
    );
    const [sockaddr, view] = sockaddrOf(constants.AF_PACKET, SOCKADDR_LL_SIZE);
    view.setUint16(2, unsigned(proto, 'proto', UINT16, call));
    view.setInt32(4, interfaceIndex(device, call), true);
    view.setUint16(8, unsigned(hatype, 'hatype', UINT16, call), true);
    view.setUint8(10, unsigned(pkttype, 'pkttype', UINT8, call));
    if (!(addr instanceof Uint8Array)) throw new TypeError(`${call}(): addr must be bytes, not ${describe(addr)}`);
    if (addr.length > LONGEST_ADDR) {
      throw new ValueError(`${call}(): addr must be at most ${LONGEST_ADDR} bytes, not ${addr.length}`);
    }
    view.setUint8(11, addr.length);
    sockaddr.set(addr, ADDR);
    return sockaddr;
  },
  least: ADDR,
  decode(sockaddr) {
    const view = viewOf(sockaddr);
    const length = Math.min(view.getUint8(11), LONGEST_ADDR);
    return [
      interfaceName(view.getInt32(4, true)),
      view.getUint16(2),
      view.getUint8(10),
      view.getUint16(8, true),
      Buffer.from(sockaddr.subarray(ADDR, ADDR + length)),
    ];
  },
};
