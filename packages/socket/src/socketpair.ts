/** socketpair(2): two sockets that are connected to each other. */
import { OSError } from '@p8/errors';
import { constants, syscalls } from '@p8/syscall';
import { fresh } from './socket.ts';
import type { Socket } from './socket.ts';

/** Two connected sockets; AF_UNIX streams unless told otherwise. Raises the OSError of socketpair(2). */
export function socketpair(
  family: number = constants.AF_UNIX,
  type: number = constants.SOCK_STREAM,
  proto = 0,
): [Socket, Socket] {
  const pair = new Int32Array(2);
  const outcome = syscalls.socketpair(family, type, proto, pair);
  if (outcome < 0) throw new OSError(outcome, { syscall: 'socketpair' });
  return [fresh(pair[0] as number, family, type, proto), fresh(pair[1] as number, family, type, proto)];
}
