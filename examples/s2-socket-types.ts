/** S2: the types of sockets: streams, datagrams, raw packets, records, and what the kernel says of SOCK_RDM. */
import { attempt, except, OSError } from '@p8/errors';
import { AF_INET, AF_TIPC, AF_UNIX, IP_HDRINCL, IPPROTO_ICMP, IPPROTO_IP, IPPROTO_RAW, IPPROTO_UDP } from '@p8/socket';
import { inetAton, SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, SOCK_STREAM, socket, socketpair } from '@p8/socket';
import type { InternetAddress } from '@p8/socket';

async function stream(): Promise<string> {
  const [a, b] = socketpair(AF_UNIX, SOCK_STREAM);
  using _a = a;
  using _b = b;
  await a.sendall('one');
  await a.sendall('two');
  return `no borders: ${String(await b.recvExactly(6))}`;
}

async function datagrams(): Promise<string> {
  using receiver = socket(AF_INET, SOCK_DGRAM);
  receiver.bind(['127.0.0.1', 0]);
  using sender = socket(AF_INET, SOCK_DGRAM);
  await sender.sendto('one', receiver.getsockname());
  await sender.sendto('two', receiver.getsockname());
  return `packets: ${String(await receiver.recv(100))}, ${String(await receiver.recv(100))}`;
}

async function records(): Promise<string> {
  const [a, b] = socketpair(AF_UNIX, SOCK_SEQPACKET);
  using _a = a;
  using _b = b;
  await a.send('one');
  await a.send('two');
  return `a connection with borders: ${String(await b.recv(100))}, ${String(await b.recv(100))}`;
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += bytes.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** An ICMP echo, RFC 792: type, code, checksum, identifier, sequence number, data. */
async function ping(host: string): Promise<string> {
  const identifier = process.pid & 0xffff;
  const request = Buffer.from([8, 0, 0, 0, identifier >> 8, identifier & 0xff, 0, 1, ...Buffer.from('echo')]);
  request.writeUInt16BE(checksum(request), 2);
  using sock = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  sock.settimeout(10);
  await sock.sendto(request, [host, 0]);
  for (;;) {
    const packet = await sock.recv(1500);
    const message = packet.subarray((packet.readUInt8(0) & 15) * 4);
    if (message[0] === 0 && message.readUInt16BE(4) === identifier)
      return `${host} answers ${String(message.subarray(8))}`;
  }
}

/** A packet whose IPv4 header (RFC 791) is the user's, here from an address that this program is not bound to. */
async function ownHeader(source: string): Promise<string> {
  using receiver = socket(AF_INET, SOCK_DGRAM);
  receiver.bind(['127.0.0.1', 0]);
  receiver.settimeout(10);
  const [host, port] = receiver.getsockname() as InternetAddress;
  const ip = Buffer.from([0x45, 0, 0, 0, 0, 0, 0, 0, 64, IPPROTO_UDP, 0, 0, ...inetAton(source), ...inetAton(host)]);
  const udp = Buffer.from([0x12, 0x34, port >> 8, port & 0xff, 0, 8 + 5, 0, 0, ...Buffer.from('hello')]);
  using sock = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
  sock.setsockopt(IPPROTO_IP, IP_HDRINCL, true);
  await sock.sendto(Buffer.concat([ip, udp]), [host, 0]);
  const [data, from] = await receiver.recvfrom(100);
  return `${String(data)} from ${String(from)}`;
}

async function reliable(): Promise<string> {
  using sock = socket(AF_TIPC, SOCK_RDM);
  return `open, ${JSON.stringify(sock.getsockname())}`;
}

/** What the kernel lacks, or does not allow this user, it says itself. */
const orError = except(OSError, String);
console.log('SOCK_STREAM', await stream());
console.log('SOCK_DGRAM', await datagrams());
console.log('SOCK_SEQPACKET', await records());
console.log('SOCK_RAW', await attempt(() => ping('127.0.0.1'), orError));
console.log('SOCK_RAW', await attempt(() => ownHeader('127.9.9.9'), orError));
console.log('SOCK_RDM', await attempt(reliable, orError));
