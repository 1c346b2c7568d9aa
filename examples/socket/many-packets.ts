import { AF_INET, SOCK_DGRAM, socket } from '@p8/socket';

using server = socket(AF_INET, SOCK_DGRAM);
server.bind(['127.0.0.1', 0]);
using client = socket(AF_INET, SOCK_DGRAM);
await client.connect(server.getsockname());

// a hundred packets in one system call
await client.sendmmsg(Array.from({ length: 100 }, (_, i) => [`packet ${i}`]));

// each batch waits for its first packet, and takes what is there
let received = 0;
while (received < 100) {
  const batch = await server.recvmmsg(32);
  received += batch.length;
  await server.sendmmsg(batch.map(([data, address]) => [data, address]));
}
const [[answer]] = (await client.recvmmsg(1)) as [[Buffer, unknown]];
console.log(received, String(answer));
