/** The timeout that new sockets begin with, in this thread. */
import { checkTimeout } from './wait.ts';
import type { Seconds } from './wait.ts';

let defaultTimeout: Seconds | null = null;

/** The timeout of sockets made from now on; null at first. */
export function getdefaulttimeout(): Seconds | null {
  return defaultTimeout;
}

/** Sets the timeout of sockets made from now on in this thread. Raises ValueError for a negative one. */
export function setdefaulttimeout(timeout: Seconds | null): void {
  defaultTimeout = checkTimeout(timeout);
}
