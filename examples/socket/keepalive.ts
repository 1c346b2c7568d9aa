import { createConnection, createServer, IPPROTO_TCP, options, TCP_NODELAY, TCP_QUICKACK } from '@p8/socket';

using listener = createServer(['127.0.0.1', 0]);
using sock = await createConnection(listener.getsockname());

// after 60 quiet seconds ask every 10, and give up after 5 without an answer
options.keepalive.set(sock, { idle: 60, interval: 10, count: 5 });
// and give up when what was sent has no answer for 20 seconds
options.userTimeout.set(sock, 20);
// expedited forwarding, for whoever looks at it on the way
options.dscp.set(sock, 46);
// close() resets the connection instead of delivering what is left
options.linger.set(sock, 0);

// options that are one integer need nothing but their number
sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, true);
sock.setsockopt(IPPROTO_TCP, TCP_QUICKACK, true);

console.log(options.keepalive.get(sock));
const { state, rtt = 0 } = options.tcpInfo.get(sock);
console.log(state, rtt < 1);
