/**
 * AF_BLUETOOTH; a device is written `'01:23:45:67:89:AB'`. The socket's protocol decides between the shapes.
 *
 *     BTPROTO_L2CAP   [device, psm, cid?, deviceType?]
 *     BTPROTO_RFCOMM  [device, channel]
 *     BTPROTO_SCO     device
 *     BTPROTO_HCI     [number, channel?]
 *
 * https://docs.python.org/3/library/socket.html#socket-families
 */
import { OSError, ValueError } from '@p8/errors';
import { constants } from '@p8/syscall';
import { parts, sockaddrOf, text, UINT16, UINT8, unsigned, viewOf } from './shape.ts';
import type { AddressFormat } from './shape.ts';

export type BluetoothAddress =
  | string
  | readonly [device: string, psmOrChannel: number, cid?: number, deviceType?: number]
  | readonly [number: number, channel?: number];

const { AF_BLUETOOTH, BTPROTO_HCI, BTPROTO_L2CAP, BTPROTO_RFCOMM, BTPROTO_SCO } = constants;
/** No two have the same size, which tells them apart. */
const SOCKADDR_HCI_SIZE = 6;
const SOCKADDR_SCO_SIZE = 8;
const SOCKADDR_RC_SIZE = 10;
const SOCKADDR_L2_SIZE = 14;
const DEVICE_SIZE = 6;

export const bluetooth: AddressFormat<BluetoothAddress> = {
  encode(address, call, proto) {
    if (proto === BTPROTO_L2CAP) return encodeL2cap(address, call);
    if (proto === BTPROTO_HCI) return encodeHci(address, call);
    if (proto === BTPROTO_SCO) return encodeSco(address, call);
    if (proto === BTPROTO_RFCOMM) return encodeRfcomm(address, call);
    throw new OSError(`${call}(): addresses of Bluetooth protocol ${proto} are not known`, { code: 'EPROTONOSUPPORT' });
  },
  least: SOCKADDR_HCI_SIZE,
  decode(sockaddr) {
    const view = viewOf(sockaddr);
    if (sockaddr.length < SOCKADDR_SCO_SIZE) return [view.getUint16(2, true), view.getUint16(4, true)];
    if (sockaddr.length < SOCKADDR_RC_SIZE) return deviceText(sockaddr, 2);
    if (sockaddr.length < SOCKADDR_L2_SIZE) return [deviceText(sockaddr, 2), view.getUint8(8)];
    return [deviceText(sockaddr, 4), view.getUint16(2, true), view.getUint16(10, true), view.getUint8(12)];
  },
};

function encodeL2cap(address: unknown, call: string): Uint8Array {
  const shape = '[device, psm, cid, deviceType]';
  const [device, psm, cid = 0, deviceType = 0] = parts(address, 'BTPROTO_L2CAP', shape, 2, 4, call);
  const [sockaddr, view] = sockaddrOf(AF_BLUETOOTH, SOCKADDR_L2_SIZE);
  view.setUint16(2, unsigned(psm, 'psm', UINT16, call), true);
  sockaddr.set(deviceBytes(device, call), 4);
  view.setUint16(10, unsigned(cid, 'cid', UINT16, call), true);
  view.setUint8(12, unsigned(deviceType, 'deviceType', UINT8, call));
  return sockaddr;
}

function encodeRfcomm(address: unknown, call: string): Uint8Array {
  const [device, channel] = parts(address, 'BTPROTO_RFCOMM', '[device, channel]', 2, 2, call);
  const [sockaddr, view] = sockaddrOf(AF_BLUETOOTH, SOCKADDR_RC_SIZE);
  sockaddr.set(deviceBytes(device, call), 2);
  view.setUint8(8, unsigned(channel, 'channel', UINT8, call));
  return sockaddr;
}

function encodeHci(address: unknown, call: string): Uint8Array {
  const [number, channel = 0] = parts(address, 'BTPROTO_HCI', '[number, channel]', 1, 2, call);
  const [sockaddr, view] = sockaddrOf(AF_BLUETOOTH, SOCKADDR_HCI_SIZE);
  view.setUint16(2, unsigned(number, 'number', UINT16, call), true);
  view.setUint16(4, unsigned(channel, 'channel', UINT16, call), true);
  return sockaddr;
}

function encodeSco(address: unknown, call: string): Uint8Array {
  const [sockaddr] = sockaddrOf(AF_BLUETOOTH, SOCKADDR_SCO_SIZE);
  sockaddr.set(deviceBytes(address, call), 2);
  return sockaddr;
}

/** The last byte of the text is the first in memory. */
function deviceBytes(value: unknown, call: string): Uint8Array {
  const device = text(value, 'device', call);
  if (!/^(?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i.test(device)) {
    throw new ValueError(`${call}(): device must be written '01:23:45:67:89:AB', not ${JSON.stringify(device)}`);
  }
  return Uint8Array.from(device.split(':').toReversed(), (byte) => Number.parseInt(byte, 16));
}

function deviceText(sockaddr: Uint8Array, offset: number): string {
  const bytes = sockaddr.subarray(offset, offset + DEVICE_SIZE).toReversed();
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
}
