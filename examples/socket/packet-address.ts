import {
  AF_INET,
  CMSG_SPACE,
  IP_PKTINFO,
  IP_RECVERR,
  IPPROTO_IP,
  MSG_ERRQUEUE,
  packetInfo,
  packetInfoOf,
  queuedErrorOf,
  SOCK_DGRAM,
  socket,
} from '@p8/socket';

if (IP_PKTINFO === undefined || IP_RECVERR === undefined || MSG_ERRQUEUE === undefined) process.exit(1);

// a server on every address answers from the one that it was asked at
using server = socket(AF_INET, SOCK_DGRAM);
server.bind(['', 0]);
server.setsockopt(IPPROTO_IP, IP_PKTINFO, true);
const [, port] = server.getsockname() as [string, number];
using client = socket(AF_INET, SOCK_DGRAM);
await client.sendto('hello', ['127.0.0.5', port]);

const [, ancillary, , peer] = await server.recvmsg(1024, CMSG_SPACE(12));
const asked = packetInfoOf(ancillary)?.address ?? '';
await server.sendmsg(['hello yourself'], [packetInfo({ address: asked, interfaceIndex: 0 })], 0, peer);
const [data, [from]] = (await client.recvfrom(1024)) as [Buffer, [string, number]];
console.log(String(data), 'from', from);

// whoever refuses a datagram stands in the error queue
server.close();
client.setsockopt(IPPROTO_IP, IP_RECVERR, true);
await client.sendto('anybody there?', ['127.0.0.5', port]);
const [refused, report] = await client.recvmsg(1024, 512, MSG_ERRQUEUE);
console.log(String(refused), queuedErrorOf(report)?.errno, queuedErrorOf(report)?.offender);
