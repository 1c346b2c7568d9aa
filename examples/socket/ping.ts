import { AF_INET, IPPROTO_ICMP, SOCK_RAW, socket } from '@p8/socket';

// an echo request (RFC 792): type 8, code, checksum, identifier, sequence number, and what shall come back
const identifier = process.pid & 0xffff;
const request = Buffer.alloc(16);
request.writeUInt8(8, 0);
request.writeUInt16BE(identifier, 4);
request.writeUInt16BE(1, 6);
request.write('p8 pings', 8);
request.writeUInt16BE(checksum(request), 2);

using sock = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
sock.settimeout(10);
await sock.sendto(request, ['127.0.0.1', 0]);
console.log(`127.0.0.1 answers: ${await reply()}`);

/** The kernel gives a raw socket each ICMP packet that comes to the machine, with its IP header. */
async function reply(): Promise<string> {
  for (;;) {
    const packet = await sock.recv(1500);
    const message = packet.subarray((packet.readUInt8(0) & 15) * 4);
    if (message[0] === 0 && message.readUInt16BE(4) === identifier) return String(message.subarray(8));
  }
}

/** RFC 1071: the complement of the sum of all words. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += bytes.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
