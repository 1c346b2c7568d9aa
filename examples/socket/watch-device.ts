import { AF_INET, AF_PACKET, ETHERTYPE_IP, inetNtoa, IPPROTO_UDP, SOCK_DGRAM, socket } from '@p8/socket';
import type { PacketAddress } from '@p8/socket';

// SOCK_DGRAM begins each packet with its IP header, SOCK_RAW with that of the device
using watch = socket(AF_PACKET, SOCK_DGRAM);
watch.bind(['lo', ETHERTYPE_IP]);

using receiver = socket(AF_INET, SOCK_DGRAM);
receiver.bind(['127.0.0.1', 0]);
using sender = socket(AF_INET, SOCK_DGRAM);
sender.bind(['127.0.0.5', 0]);
await sender.sendto('is anybody watching?', receiver.getsockname());

for (;;) {
  const [packet, address] = await watch.recvfrom(65_536);
  if (packet[9] !== IPPROTO_UDP || !packet.includes('watching')) continue;
  const [device] = address as PacketAddress;
  console.log(`${device}: ${inetNtoa(packet.subarray(12, 16))} to ${inetNtoa(packet.subarray(16, 20))}`);
  console.log(String(packet.subarray(28)));
  break;
}
