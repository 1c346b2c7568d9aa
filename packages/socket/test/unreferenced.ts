/** Waits on sockets that do not keep the program alive, the first of them for a while only. */
import { socketpair } from '../src/index.ts';

const [one, other] = socketpair();
const [silent] = socketpair();
one.unref();
const text = one.recv(10);
one.ref();
void silent.recv(10).catch(() => {});
silent.unref();
setTimeout(() => void other.send('hello'), 10).unref();
console.log(String(await text));
one.unref();
void one.recv(10);
