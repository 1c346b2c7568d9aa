/**
 * Families between the nodes of a cluster or the processors of a phone: the kernel's Documentation/networking/tipc.rst,
 * linux/qrtr.h.
 *
 *     AF_TIPC     [TIPC_ADDR_NAMESEQ, type, lower, upper, scope?]
 *                 [TIPC_ADDR_NAME, type, instance, domain, scope?]
 *                 [TIPC_ADDR_ID, node, ref, 0, scope?]
 *     AF_QIPCRTR  [node, port]
 */
import { OSError } from '@p8/errors';
import { constants } from '@p8/syscall';
import { parts, sockaddrOf, UINT32, UINT8, unsigned, viewOf } from './shape.ts';
import type { AddressFormat } from './shape.ts';

export type TipcAddress = readonly [addrType: number, v1: number, v2: number, v3: number, scope?: number];
export type QipcrtrAddress = readonly [node: number, port: number];

const { TIPC_ADDR_ID, TIPC_ADDR_NAME, TIPC_ADDR_NAMESEQ, TIPC_CLUSTER_SCOPE } = constants;
const SOCKADDR_TIPC_SIZE = 16;
const SOCKADDR_QRTR_SIZE = 12;

export const tipc: AddressFormat<TipcAddress> = {
  encode(address, call) {
    const fields = parts(address, 'AF_TIPC', '[addrType, v1, v2, v3, scope]', 4, 5, call);
    const [addrType, v1, v2, v3, scope = TIPC_CLUSTER_SCOPE] = fields;
    const [sockaddr, view] = sockaddrOf(constants.AF_TIPC, SOCKADDR_TIPC_SIZE);
    view.setUint8(2, unsigned(addrType, 'addrType', UINT8, call));
    view.setUint8(3, unsigned(scope, 'scope', UINT8, call));
    const values = [unsigned(v1, 'v1', UINT32, call), unsigned(v2, 'v2', UINT32, call)] as const;
    // of an id the kernel has the reference first
    const [first, second] = addrType === TIPC_ADDR_ID ? [values[1], values[0]] : values;
    view.setUint32(4, first, true);
    view.setUint32(8, second, true);
    view.setUint32(12, unsigned(v3, 'v3', UINT32, call), true);
    if (addrType === TIPC_ADDR_ID || addrType === TIPC_ADDR_NAME || addrType === TIPC_ADDR_NAMESEQ) return sockaddr;
    throw new OSError(`${call}(): addrType must be a TIPC_ADDR constant, not ${String(addrType)}`, { code: 'EINVAL' });
  },
  least: SOCKADDR_TIPC_SIZE,
  decode(sockaddr) {
    const view = viewOf(sockaddr);
    const addrType = view.getUint8(2);
    const [first, second] = [view.getUint32(4, true), view.getUint32(8, true)];
    const [v1, v2] = addrType === TIPC_ADDR_ID ? [second, first] : [first, second];
    return [addrType, v1, v2, view.getUint32(12, true), view.getUint8(3)];
  },
};

export const qipcrtr: AddressFormat<QipcrtrAddress> = {
  encode(address, call) {
    const [node, port] = parts(address, 'AF_QIPCRTR', '[node, port]', 2, 2, call);
    const [sockaddr, view] = sockaddrOf(constants.AF_QIPCRTR, SOCKADDR_QRTR_SIZE);
    view.setUint32(4, unsigned(node, 'node', UINT32, call), true);
    view.setUint32(8, unsigned(port, 'port', UINT32, call), true);
    return sockaddr;
  },
  least: SOCKADDR_QRTR_SIZE,
  decode: (sockaddr) => [viewOf(sockaddr).getUint32(4, true), viewOf(sockaddr).getUint32(8, true)],
};
