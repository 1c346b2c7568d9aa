import { socketpair } from '@p8/socket';
import type { SendallError } from '@p8/socket';

const [left, right] = socketpair();
using _left = left;
using _right = right;

// a limit in seconds, for each call as a whole
left.settimeout(0.05);
await left.recv(1024).catch((error: unknown) => console.log(String(error)));

// 0 never waits
left.settimeout(0);
await left.recv(1024).catch((error: unknown) => console.log(String(error)));

// one call, called off: it rejects with the reason
left.settimeout(null);
const controller = new AbortController();
const receiving = left.recv(1024, 0, { signal: controller.signal });
controller.abort(new Error('no longer needed'));
await receiving.catch((error: unknown) => console.log(String(error)));

// a failed sendall tells how much went out
left.settimeout(0.05);
await left.sendall(Buffer.alloc(10_000_000)).catch(({ name, bytesSent }: SendallError) => {
  console.log(name, bytesSent > 0);
});
