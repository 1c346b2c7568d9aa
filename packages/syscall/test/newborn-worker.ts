/** Makes descriptors and is ended before it could do anything with them. */
import { parentPort } from 'node:worker_threads';
import { constants, SOCKADDR_SIZE, syscalls } from '../src/index.ts';

const { AF_INET, AF_UNIX, SOCK_STREAM } = constants;
const pair = new Int32Array(2);
const address = new Uint8Array(SOCKADDR_SIZE);
const loopback = Uint8Array.of(AF_INET, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);

syscalls.socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
const listener = syscalls.socket(AF_INET, SOCK_STREAM, 0);
syscalls.bind(listener, loopback);
syscalls.listen(listener, 1);
syscalls.getsockname(listener, address);
syscalls.connect(syscalls.socket(AF_INET, SOCK_STREAM, 0), address.slice(0, 16));
const made = [...pair, listener, syscalls.dup(listener), syscalls.accept4(listener, address)];
// closed by hand: the number may be somebody else's by the time the environment ends
syscalls.close(syscalls.socket(AF_INET, SOCK_STREAM, 0));
parentPort?.postMessage(made);
await new Promise(() => setInterval(() => {}, 1000));
