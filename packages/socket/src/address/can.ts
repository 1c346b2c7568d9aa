/**
 * AF_CAN, the bus of vehicles and machines: the kernel's Documentation/networking/can.rst, iso15765-2.rst and j1939.rst.
 * The shape says which protocol is meant.
 *
 *     [device]                       CAN_RAW, CAN_BCM; a network device, '' is every one
 *     [device, rx, tx]               CAN_ISOTP
 *     [device, name, pgn, addr]      CAN_J1939; the name is a bigint
 */
import { OverflowError } from '@p8/errors';
import { constants } from '@p8/syscall';
import { describe } from '../describe.ts';
import { interfaceIndex, interfaceName } from './interface.ts';
import { parts, sockaddrOf, UINT32, UINT8, unsigned, viewOf } from './shape.ts';
import type { AddressFormat } from './shape.ts';

export type CanAddress =
  | readonly [device: string]
  | readonly [device: string, rx: number, tx: number]
  | readonly [device: string, name: number | bigint, pgn: number, addr: number];

const SOCKADDR_CAN_SIZE = 24;
/** The kernel gives back as much of a `sockaddr_can` as the protocol has; CAN_J1939 has all of it. */
const RAW_SIZE = 8;
const ISOTP_SIZE = 16;
const SHAPE = '[device], [device, rx, tx] or [device, name, pgn, addr]';

export const can: AddressFormat<CanAddress> = {
  encode(address, call) {
    const fields = parts(address, 'AF_CAN', SHAPE, 1, 4, call);
    if (fields.length === 2) throw new TypeError(`${call}(): AF_CAN address must be ${SHAPE}, not an array of 2`);
    const [name, second, third, fourth] = fields;
    const [sockaddr, view] = sockaddrOf(constants.AF_CAN, SOCKADDR_CAN_SIZE);
    view.setInt32(4, interfaceIndex(name, call), true);
    if (fields.length === 3) {
      view.setUint32(8, unsigned(second, 'rx', UINT32, call), true);
      view.setUint32(12, unsigned(third, 'tx', UINT32, call), true);
    } else if (fields.length === 4) {
      view.setBigUint64(8, nodeName(second, call), true);
      view.setUint32(16, unsigned(third, 'pgn', UINT32, call), true);
      view.setUint8(20, unsigned(fourth, 'addr', UINT8, call));
    }
    return sockaddr;
  },
  least: RAW_SIZE,
  decode(sockaddr) {
    const view = viewOf(sockaddr);
    const name = interfaceName(view.getInt32(4, true));
    if (sockaddr.length < ISOTP_SIZE) return [name];
    if (sockaddr.length < SOCKADDR_CAN_SIZE) return [name, view.getUint32(8, true), view.getUint32(12, true)];
    return [name, view.getBigUint64(8, true), view.getUint32(16, true), view.getUint8(20)];
  },
};

/** The 64 bits that name a node of J1939. */
function nodeName(value: unknown, call: string): bigint {
  if (typeof value !== 'bigint' && !Number.isInteger(value)) {
    throw new TypeError(`${call}(): name must be an integer or a bigint, not ${describe(value)}`);
  }
  const name = BigInt(value as number | bigint);
  if (name === BigInt.asUintN(64, name)) return name;
  throw new OverflowError(`${call}(): name must fit 64 bits: ${name}`);
}
