/** S1: the address families. Those that every Linux has open; of the others the kernel says whether it has them. */
import { attempt, except, OSError } from '@p8/errors';
import { AF_CAN, AF_INET, AF_INET6, AF_PACKET, AF_RDS, AF_UNIX, AF_VSOCK } from '@p8/socket';
import { SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_STREAM, socket } from '@p8/socket';

// real sockets, each with the addresses of its family
using unix = socket(AF_UNIX, SOCK_STREAM);
unix.bind(`\0p8-s1-${process.pid}`);
console.log('AF_UNIX', String(unix.getsockname()) === `\0p8-s1-${process.pid}`);

using inet = socket(AF_INET, SOCK_STREAM);
inet.bind(['127.0.0.1', 0]);
console.log('AF_INET', String(inet.getsockname()).replace(/\d+$/, 'port'));

using inet6 = socket(AF_INET6, SOCK_DGRAM);
inet6.bind(['::1', 0]);
console.log('AF_INET6', String(inet6.getsockname()).replace(/,\d+,0,0$/, ',port,0,0'));

function open(family: number, type: number): string {
  using sock = socket(family, type);
  return `open, ${JSON.stringify(sock.getsockname())}`;
}

for (const [name, family, type] of [
  ['AF_CAN', AF_CAN, SOCK_RAW],
  ['AF_RDS', AF_RDS, SOCK_SEQPACKET],
  ['AF_PACKET', AF_PACKET, SOCK_RAW],
  ['AF_VSOCK', AF_VSOCK, SOCK_STREAM],
] as const) {
  console.log(
    name,
    attempt(() => open(family, type), except(OSError, String)),
  );
}
