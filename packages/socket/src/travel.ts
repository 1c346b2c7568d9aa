/**
 * A socket on its way to another thread or process: what it becomes in a message, and what becomes of the one that is given away.
 *
 *     giver                           message                                  receiver
 *     reduced() ── duplicate of the descriptor, timeout, unread bytes ──▶ receiveSocket(): a new Socket
 *     sent:   the giver's is closed, and what waits on it is rejected
 *     failed: the duplicate is closed, and the giver's stays whole
 */
import { NotImplementedError } from '@p8/errors';
import type { Rebuild, Reduced } from '@p8/pickle';
import type { Channel } from './channel.ts';
import type { Descriptor } from './descriptor.ts';
import { passFd } from './pass-fd.ts';

/** What a socket becomes, to be made anew by `rebuild`; `abandon` closes it here. */
export function reduced(
  { family, type, proto, timeout }: Descriptor,
  { fd, unread }: Channel,
  rebuild: Rebuild,
  abandon: () => void,
): Reduced {
  const args = [passFd(fd), family, type, proto, timeout, new Uint8Array(unread.bytes)] as const;
  return [rebuild, args, { sent: abandon }];
}

/** TLS keeps its state in the thread that shook hands. */
export function refuseTls(): never {
  throw new NotImplementedError(
    'a TLS socket cannot go to another thread or process: send the plain socket, and wrapTls() it there',
  );
}
