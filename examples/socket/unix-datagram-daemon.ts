import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { AF_UNIX, CMSG_SPACE, credentialsOf, SO_PASSCRED, SOCK_DGRAM, socket, SOL_SOCKET } from '@p8/socket';

const folder = mkdtempSync(join(tmpdir(), 'p8-example-'));

// the daemon: a datagram socket with a path, which asks the kernel who sends
using daemon = socket(AF_UNIX, SOCK_DGRAM);
daemon.bind(join(folder, 'notify'));
if (SO_PASSCRED !== undefined) daemon.setsockopt(SOL_SOCKET, SO_PASSCRED, true);

// the program that notifies it, as systemd's services do
using sock = socket(AF_UNIX, SOCK_DGRAM);
await sock.connect(join(folder, 'notify'));
await sock.send('READY=1');

const [data, ancillary] = await daemon.recvmsg(1024, CMSG_SPACE(12));
const sender = credentialsOf(ancillary);
console.log(String(data), sender?.pid === process.pid, sender?.uid === userInfo().uid);
rmSync(folder, { recursive: true });
