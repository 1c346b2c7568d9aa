/**
 * The addresses of the other families: what each takes and refuses, that any of them comes back from its `sockaddr`, and
 * for families of this kernel that it and CPython say the same. Where the kernel lacks a family its own error comes.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLeftovers } from '../test/leftovers.ts';
import { Python } from '../test/python.ts';
import { decodeAddress, decodeSockaddr, encodeAddress, sockaddrBuffer } from './address.ts';
import type { Address } from './index.ts';
import * as s from './index.ts';
import { Socket } from './index.ts';

checkLeftovers();

const { AF_BLUETOOTH, BTPROTO_HCI: HCI, BTPROTO_L2CAP: L2CAP, BTPROTO_RFCOMM: RFCOMM, BTPROTO_SCO: SCO } = s;

function roundTrip(number: number, address: Address, proto = 0): Address {
  const sockaddr = encodeAddress(number, address, 'bind', proto);
  if (sockaddr === undefined) throw new Error('no host to look up');
  return decodeSockaddr(sockaddr);
}

describe('every address comes back from its sockaddr', () => {
  const uint8 = fc.nat({ max: 0xff });
  const uint16 = fc.nat({ max: 0xffff });
  const uint32 = fc.nat({ max: 0xffffffff });
  const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const hardware = fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes));
  const device = fc
    .array(uint8, { minLength: 6, maxLength: 6 })
    .map((bytes) => bytes.map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':'));
  const name = fc.stringMatching(/^[a-z0-9(),-]{1,13}$/);
  const networkDevice = fc.constantFrom('', 'lo');

  test.each<[string, number, fc.Arbitrary<unknown>, number?]>([
    ['AF_INET', s.AF_INET, fc.tuple(fc.ipV4(), uint16)],
    ['AF_INET6', s.AF_INET6, fc.tuple(fc.constant('fe80::1'), uint16, fc.nat({ max: 0xfffff }), uint32)],
    ['AF_RDS', s.AF_RDS, fc.tuple(fc.ipV4(), uint16)],
    ['AF_PACKET', s.AF_PACKET, fc.tuple(networkDevice, uint16, uint8, uint16, hardware)],
    ['AF_NETLINK', s.AF_NETLINK, fc.tuple(uint32, uint32)],
    ['AF_VSOCK', s.AF_VSOCK, fc.tuple(uint32, uint32)],
    ['AF_CAN with CAN_J1939', s.AF_CAN, fc.tuple(networkDevice, uint64, uint32, uint8)],
    ['AF_TIPC', s.AF_TIPC, fc.tuple(fc.constantFrom(1, 2, 3), uint32, uint32, uint32, uint8)],
    ['AF_QIPCRTR', s.AF_QIPCRTR, fc.tuple(uint32, uint32)],
    ['AF_ALG', s.AF_ALG, fc.tuple(name, name, uint32, uint32)],
    ['BTPROTO_L2CAP', AF_BLUETOOTH, fc.tuple(device, uint16, uint16, uint8), L2CAP],
    ['BTPROTO_HCI', AF_BLUETOOTH, fc.tuple(uint16, uint16), HCI],
    ['BTPROTO_SCO', AF_BLUETOOTH, device, SCO],
    ['BTPROTO_RFCOMM', AF_BLUETOOTH, fc.tuple(device, uint8), RFCOMM],
  ])('%s', (_, number, addresses, proto = 0) => {
    fc.assert(
      fc.property(addresses, (address) => {
        expect(roundTrip(number, address as Address, proto)).toEqual(address);
      }),
    );
  });

  test('the kernel tells of a CAN socket as much as its protocol has', () => {
    const whole = encodeAddress(s.AF_CAN, ['lo', 0x123, 0x456], 'bind') ?? new Uint8Array(0);
    expect(decodeSockaddr(whole.subarray(0, 8))).toEqual(['lo']);
    expect(decodeSockaddr(whole.subarray(0, 16))).toEqual(['lo', 0x123, 0x456]);
  });

  test('no bytes of any length are too strange to decode', () => {
    fc.assert(
      fc.property(fc.nat({ max: 50 }), fc.uint8Array({ maxLength: 126 }), (number, rest) => {
        const sockaddr = Uint8Array.of(number, 0, ...rest);
        const buffer = sockaddrBuffer();
        buffer.set(sockaddr);
        new DataView(buffer.buffer).setUint32(128, sockaddr.length, true);
        expect(decodeAddress(buffer)).toEqual(decodeSockaddr(sockaddr));
      }),
      { numRuns: 500 },
    );
  });
});

describe('an address of another shape is refused with the one that is right', () => {
  test.each<[number, unknown, string, number?]>([
    [
      s.AF_PACKET,
      ['lo'],
      'bind(): AF_PACKET address must be [device, proto, pkttype, hatype, addr], not an array of 1',
    ],
    [s.AF_PACKET, [1, 2], 'bind(): device must be a string, not 1'],
    [s.AF_PACKET, ['lo', 70_000], 'bind(): proto must be 0-65535, not 70000'],
    [s.AF_PACKET, ['lo', 0, 0, 0, 'abc'], 'bind(): addr must be bytes, not "abc"'],
    [s.AF_PACKET, ['lo', 0, 0, 0, new Uint8Array(9)], 'bind(): addr must be at most 8 bytes, not 9'],
    [s.AF_PACKET, ['nosuch', 0], '[Errno 19] No such device'],
    [s.AF_NETLINK, 'x', 'bind(): AF_NETLINK address must be [pid, groups], not "x"'],
    [s.AF_NETLINK, [-1, 0], 'bind(): pid must be 0-4294967295, not -1'],
    [s.AF_VSOCK, [1, 2 ** 33], 'bind(): port must be 0-4294967295, not 8589934592'],
    [s.AF_CAN, ['lo', 1], 'bind(): AF_CAN address must be [device], [device, rx, tx] or [device, name, pgn, addr]'],
    [s.AF_CAN, ['lo', 'x', 1, 1], 'bind(): name must be an integer or a bigint, not "x"'],
    [s.AF_CAN, ['lo', 2n ** 64n, 1, 1], 'bind(): name must fit 64 bits: 18446744073709551616'],
    [s.AF_TIPC, [4, 0, 0, 0], 'bind(): addrType must be a TIPC_ADDR constant, not 4'],
    [s.AF_QIPCRTR, [0], 'bind(): AF_QIPCRTR address must be [node, port], not an array of 1'],
    [s.AF_ALG, ['x'.repeat(14), 'sha256'], 'bind(): type must be shorter than 14 bytes'],
    [s.AF_ALG, ['hash', 'a\0b'], 'bind(): name must not hold a zero byte'],
    [AF_BLUETOOTH, ['00:11:22', 1], 'bind(): device must be written \'01:23:45:67:89:AB\', not "00:11:22"', RFCOMM],
    [AF_BLUETOOTH, ['00:11:22:33:44:55', 256], 'bind(): channel must be 0-255, not 256', RFCOMM],
    [AF_BLUETOOTH, [1], 'bind(): BTPROTO_L2CAP address must be [device, psm, cid, deviceType]', L2CAP],
    [AF_BLUETOOTH, 'x', 'bind(): addresses of Bluetooth protocol 7 are not known', 7],
    [99, ['x', 1], 'bind(): an address of family 99 must be the bytes of a sockaddr, not an array'],
  ])('family %i, %o', (number, address, message, proto = 0) => {
    expect(() => encodeAddress(number, address as Address, 'bind', proto)).toThrow(message);
  });
});

test('a socket of each family and type opens as in CPython, or raises the same error of the kernel', async () => {
  const families = [s.AF_CAN, s.AF_RDS, s.AF_TIPC, s.AF_QIPCRTR, s.AF_ALG, AF_BLUETOOTH, s.AF_NETLINK, s.AF_VSOCK];
  const types = [s.SOCK_STREAM, s.SOCK_DGRAM, s.SOCK_RAW, s.SOCK_RDM, s.SOCK_SEQPACKET];
  await using python = new Python(
    `for family in sys.argv[1].split(','):
  for kind in sys.argv[2].split(','):
    try: print(socket.socket(int(family), int(kind)).getsockname())
    except OSError as error: print(error.errno)`,
    String(families),
    String(types),
  );
  for (const number of families)
    for (const type of types) expect([number, type, opened(number, type)]).toEqual([number, type, await python.line()]);
});

function opened(number: number, type: number): string {
  try {
    using sock = new Socket(number, type);
    return `(${(sock.getsockname() as readonly unknown[]).join(', ')})`;
  } catch (error) {
    if (error instanceof s.error) return String(error.errno);
    throw error;
  }
}

describe('AF_NETLINK', () => {
  test('asks the kernel for the loopback device, and gets the answer from [0, 0]', async () => {
    using sock = new Socket(s.AF_NETLINK, s.SOCK_RAW, s.NETLINK_ROUTE);
    sock.bind([0, 0]);
    const [pid, groups] = sock.getsockname() as s.NetlinkAddress;
    expect([pid > 0, groups]).toEqual([true, 0]);
    // nlmsghdr and ifinfomsg of rtnetlink(7): RTM_GETLINK of interface 1
    const request = Buffer.alloc(32);
    request.writeUInt32LE(request.length, 0);
    request.writeUInt16LE(18, 4);
    request.writeUInt16LE(1, 6);
    request.writeInt32LE(1, 20);
    await sock.sendto(request, [0, 0]);
    const [answer, from] = await sock.recvfrom(65_536);
    expect(from).toEqual([0, 0]);
    expect(answer.readUInt16LE(4)).toBe(16);
    expect(answer.includes('lo\0')).toBe(true);
  });
});

describe('AF_VSOCK', () => {
  test('binds to a port of any context, and the name says so', () => {
    const any = [s.VMADDR_CID_ANY, s.VMADDR_PORT_ANY] as const;
    using sock = new Socket(s.AF_VSOCK, s.SOCK_STREAM);
    sock.bind(any);
    expect(sock.getsockname()).toEqual([any[0], expect.any(Number)]);
    expect(sock.getsockname()).not.toEqual(any);
  });
});

describe('AF_INET6', () => {
  test.each(['fe80::1%lo', 'fe80::1%1'])('the scope of %s is a number in the address', async (host) => {
    using sock = new Socket(s.AF_INET6, s.SOCK_DGRAM);
    // nobody has the address: the errors show that it was understood
    const connecting = expect.objectContaining({ syscall: 'connect', address: [host, 9] });
    const outcome = await sock.connect([host, 9]).then(
      () => sock.getpeername(),
      (error: unknown) => error,
    );
    expect([['fe80::1', 9, 0, 1], connecting]).toContainEqual(outcome);
    expect(await s.getaddrinfo(host, 9, s.AF_INET6, s.SOCK_DGRAM)).toEqual([
      [s.AF_INET6, s.SOCK_DGRAM, s.IPPROTO_UDP, '', ['fe80::1', 9, 0, 1]],
    ]);
  });

  test('getnameinfo keeps the scope', async () => {
    const flags = s.NI_NUMERICHOST | s.NI_NUMERICSERV;
    expect(await s.getnameinfo(['fe80::1', 80, 0, 1], flags)).toEqual(['fe80::1%lo', '80']);
    expect(s.getnameinfoSync(['fe80::1%lo', 80, 0, 0], flags)).toEqual(['fe80::1%lo', '80']);
    expect(s.getnameinfoSync(['fe80::1%lo', 80], flags)).toEqual(['fe80::1%lo', '80']);
  });

  test.each(['fe80::1%', 'fe80::1%nosuch0', '%lo', 'fe80::1%lo%lo'])('%s is a gaierror', (host) => {
    using sock = new Socket(s.AF_INET6, s.SOCK_DGRAM);
    expect(() => sock.bind([host, 9])).toThrow(expect.objectContaining({ name: 'gaierror' }));
  });

  test('a scope that is no device is a gaierror', async () => {
    using sock = new Socket(s.AF_INET6, s.SOCK_DGRAM);
    await expect(sock.connect(['fe80::1%nosuch0', 9])).rejects.toThrow(expect.objectContaining({ name: 'gaierror' }));
  });
});

/** Whether this process may open raw sockets; CI may not. */
function privileged(): boolean {
  try {
    new Socket(s.AF_PACKET, s.SOCK_RAW).close();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ name: 'PermissionError' });
    console.log(`AF_PACKET is not tested: ${String(error)}`);
    return false;
  }
}

describe.runIf(privileged())('AF_PACKET', () => {
  test('a bound socket has the name that CPython reads', async () => {
    using sock = new Socket(s.AF_PACKET, s.SOCK_DGRAM);
    sock.bind(['lo', s.ETHERTYPE_IP]);
    await using python = new Python(
      `sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
sock.bind(('lo', ${s.ETHERTYPE_IP}))
name = sock.getsockname()
print(*name[:4], name[4].hex())`,
    );
    const [device, proto, pkttype, hatype, addr] = sock.getsockname() as s.PacketAddress;
    expect(`${device} ${proto} ${pkttype} ${hatype} ${Buffer.from(addr ?? []).toString('hex')}`).toBe(
      await python.line(),
    );
  });

  test('a frame is sent to and received from a device', async () => {
    const experimental = 0x88b5;
    using receiver = new Socket(s.AF_PACKET, s.SOCK_DGRAM, 0);
    receiver.bind(['lo', experimental]);
    using sender = new Socket(s.AF_PACKET, s.SOCK_DGRAM, 0);
    await sender.sendto('frame', ['lo', experimental, 0, 0, new Uint8Array(6)]);
    const [data, from] = await receiver.recvfrom(100);
    expect(String(data.subarray(0, 5))).toBe('frame');
    expect(from).toEqual(['lo', experimental, expect.any(Number), 772, Buffer.alloc(6)]);
  });
});
