/** `@p8/socket` as most people will write an echo of datagrams: `recvfrom` and `sendto`, both awaited. */
import { bound } from './bound.ts';

const sock = bound();
for (;;) {
  const [data, address] = await sock.recvfrom(2048);
  await sock.sendto(data, address);
}
