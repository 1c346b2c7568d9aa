// For the other packages of p8, which build upon this one; no part of what users are promised.

// Sockets on descriptors of our own, which are non-blocking and close-on-exec already: three system calls less
export { fresh } from './socket.ts';
export { READY } from './open-socket.ts';
export { unreadLength } from './descriptor.ts';

// Blocking waits of others, which end as those of sockets do
export { afterInterruption, blockUntilAnyReady } from './wait.ts';
