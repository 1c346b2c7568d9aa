/** `@p8/socket` with up to 64 datagrams a call: `recvmmsg` and `sendmmsg`, both awaited. */
import { bound } from './bound.ts';

const sock = bound();
for (;;) await sock.sendmmsg(await sock.recvmmsg(64, 2048));
