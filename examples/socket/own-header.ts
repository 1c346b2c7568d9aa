import { AF_INET, IP_HDRINCL, IPPROTO_IP, IPPROTO_RAW, IPPROTO_UDP } from '@p8/socket';
import { inetAton, SOCK_DGRAM, SOCK_RAW, socket } from '@p8/socket';
import type { InternetAddress } from '@p8/socket';

using receiver = socket(AF_INET, SOCK_DGRAM);
receiver.bind(['127.0.0.1', 0]);
receiver.settimeout(10);
const [host, port] = receiver.getsockname() as InternetAddress;

// RFC 791: version and length, TTL, protocol, source and destination; length and checksum are filled in by the kernel
const ip = Buffer.alloc(20);
ip.writeUInt8(0x45, 0);
ip.writeUInt8(64, 8);
ip.writeUInt8(IPPROTO_UDP, 9);
inetAton('127.9.9.9').copy(ip, 12);
inetAton(host).copy(ip, 16);

// RFC 768: the ports, the length, and a checksum of 0 for none
const data = Buffer.from('hello');
const udp = Buffer.alloc(8);
udp.writeUInt16BE(4660, 0);
udp.writeUInt16BE(port, 2);
udp.writeUInt16BE(udp.length + data.length, 4);

using sock = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
sock.setsockopt(IPPROTO_IP, IP_HDRINCL, true);
await sock.sendto(Buffer.concat([ip, udp, data]), [host, 0]);

const [received, from] = await receiver.recvfrom(1500);
console.log(String(received), 'from', from);
