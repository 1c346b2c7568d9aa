/**
 * Families that talk to the kernel itself, or to the host of a virtual machine: netlink(7), vsock(7), and the kernel's
 * cryptography.
 *
 *     AF_NETLINK  [pid, groups]
 *     AF_VSOCK    [cid, port]
 *     AF_ALG      [type, name, feat?, mask?]     ['hash', 'sha256']
 */
import { constants } from '@p8/syscall';
import { fixedText, parts, sockaddrOf, UINT32, unsigned, untilZero, viewOf } from './shape.ts';
import type { AddressFormat } from './shape.ts';

export type NetlinkAddress = readonly [pid: number, groups: number];
export type VsockAddress = readonly [cid: number, port: number];
export type AlgAddress = readonly [type: string, name: string, feat?: number, mask?: number];

const SOCKADDR_NL_SIZE = 12;
const SOCKADDR_VM_SIZE = 16;
const SOCKADDR_ALG_SIZE = 88;
const ALG_TYPE_SIZE = 14;
const ALG_NAME = 24;
const ALG_NAME_SIZE = 64;

export const netlink: AddressFormat<NetlinkAddress> = {
  encode(address, call) {
    const [pid, groups] = parts(address, 'AF_NETLINK', '[pid, groups]', 2, 2, call);
    const [sockaddr, view] = sockaddrOf(constants.AF_NETLINK, SOCKADDR_NL_SIZE);
    view.setUint32(4, unsigned(pid, 'pid', UINT32, call), true);
    view.setUint32(8, unsigned(groups, 'groups', UINT32, call), true);
    return sockaddr;
  },
  least: SOCKADDR_NL_SIZE,
  decode: (sockaddr) => [viewOf(sockaddr).getUint32(4, true), viewOf(sockaddr).getUint32(8, true)],
};

export const vsock: AddressFormat<VsockAddress> = {
  encode(address, call) {
    const [cid, port] = parts(address, 'AF_VSOCK', '[cid, port]', 2, 2, call);
    const [sockaddr, view] = sockaddrOf(constants.AF_VSOCK, SOCKADDR_VM_SIZE);
    view.setUint32(8, unsigned(cid, 'cid', UINT32, call), true);
    view.setUint32(4, unsigned(port, 'port', UINT32, call), true);
    return sockaddr;
  },
  least: SOCKADDR_VM_SIZE,
  decode: (sockaddr) => [viewOf(sockaddr).getUint32(8, true), viewOf(sockaddr).getUint32(4, true)],
};

export const alg: AddressFormat<AlgAddress> = {
  encode(address, call) {
    const [type, name, feat = 0, mask = 0] = parts(address, 'AF_ALG', '[type, name, feat, mask]', 2, 4, call);
    const [sockaddr, view] = sockaddrOf(constants.AF_ALG, SOCKADDR_ALG_SIZE);
    sockaddr.set(fixedText(type, 'type', ALG_TYPE_SIZE, call), 2);
    view.setUint32(16, unsigned(feat, 'feat', UINT32, call), true);
    view.setUint32(20, unsigned(mask, 'mask', UINT32, call), true);
    sockaddr.set(fixedText(name, 'name', ALG_NAME_SIZE, call), ALG_NAME);
    return sockaddr;
  },
  least: SOCKADDR_ALG_SIZE,
  decode(sockaddr) {
    const view = viewOf(sockaddr);
    return [
      untilZero(sockaddr.subarray(2, 2 + ALG_TYPE_SIZE)),
      untilZero(sockaddr.subarray(ALG_NAME)),
      view.getUint32(16, true),
      view.getUint32(20, true),
    ];
  },
};
