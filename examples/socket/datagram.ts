import { AF_UNIX, SOCK_DGRAM, socket } from '@p8/socket';

// a name in the abstract namespace begins with a zero byte, and leaves no file; a path works the same way
const name = `\0log-${process.pid}`;

using log = socket(AF_UNIX, SOCK_DGRAM);
log.bind(name);

using program = socket(AF_UNIX, SOCK_DGRAM);
await program.connect(name);
await program.send('<6>started');
await program.send('<6>ready');

console.log(String(await log.recv(2048)));
console.log(String(await log.recv(2048)));
