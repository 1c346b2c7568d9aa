/** connect(2), which goes on in the background for a non-blocking descriptor: the wait for its end. */
import { setTimeout } from 'node:timers/promises';
import { syscalls } from '@p8/syscall';
import type { Channel } from './channel.ts';
import { deadlineAfter } from './deadline.ts';
import { ConnectEnd } from './operations.ts';
import { afterInterruption, blockUntilReady, EAGAIN, EBADF, EINTR, POLLOUT, timedOut } from './wait.ts';
import type { Seconds, WaitOptions } from './wait.ts';

export const EINPROGRESS = 115;
/** A unix listener with a full queue answers EAGAIN, and tells nobody when there is room: these are the pauses, in ms. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 50;

/** Connects, waiting at most `timeout`; the result is 0 or an errno. */
export async function connect(
  owner: object,
  channel: Channel,
  sockaddr: Uint8Array,
  timeout: Seconds | null,
  options?: WaitOptions,
): Promise<number> {
  options?.signal?.throwIfAborted();
  const deadline = deadlineAfter(timeout);
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    const outcome = begin(channel, sockaddr);
    if (outcome === -EINPROGRESS && timeout !== 0) {
      return await channel.writeLater(owner, new ConnectEnd(channel.fd), timeout, options);
    }
    if (outcome !== -EAGAIN || timeout === 0) return Math.abs(outcome);
    if (performance.now() + pause > deadline) throw timedOut('connect');
    // its own AbortError gives way to the signal's reason
    await setTimeout(pause, undefined, { signal: options?.signal }).catch(() => {});
    options?.signal?.throwIfAborted();
    if (channel.closed) return EBADF;
  }
}

/** As {@link connect}, blocking. */
export function connectSync(channel: Channel, sockaddr: Uint8Array, timeout: Seconds | null): number {
  const deadline = deadlineAfter(timeout);
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    const outcome = begin(channel, sockaddr);
    if (outcome === -EINPROGRESS && timeout !== 0) {
      blockUntilReady(channel.fd, POLLOUT, deadline, 'connect');
      return new ConnectEnd(channel.fd).run();
    }
    if (outcome !== -EAGAIN || timeout === 0) return Math.abs(outcome);
    if (performance.now() + pause > deadline) throw timedOut('connect');
    sleepSync(pause);
  }
}

function begin(channel: Channel, sockaddr: Uint8Array): number {
  let outcome: number;
  do outcome = syscalls.connect(channel.fd, sockaddr);
  while (outcome === -EINTR);
  return outcome;
}

function sleepSync(milliseconds: number): void {
  // of no descriptor: only what concerns this thread ends it early
  const outcome = syscalls.ppoll(-1, 0, milliseconds / 1000);
  if (outcome !== 0) afterInterruption(outcome, 'connect');
}
