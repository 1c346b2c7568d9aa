/**
 * Python's enums: the constants of one prefix, by name. A number that none of them has is fine wherever one is taken.
 *
 * https://docs.python.org/3/library/socket.html#constants
 */
import { constants } from '@p8/syscall';
import type { Constants } from '@p8/syscall';

type Members<Prefix extends string> = {
  readonly [Name in keyof Constants as Name extends `${Prefix}${string}` ? Name : never]: Constants[Name];
};

/** The `AF_…` constants that this platform has. */
export const AddressFamily: Members<'AF_'> = members('AF_');
/** The `SOCK_…` constants: types of sockets, and the two flags that may go with them. */
export const SocketKind: Members<'SOCK_'> = members('SOCK_');
/** The `MSG_…` flags of the calls that send and receive. */
export const MsgFlag: Members<'MSG_'> = members('MSG_');
/** The `AI_…` flags of `getaddrinfo`. */
export const AddressInfo: Members<'AI_'> = members('AI_');

function members<Prefix extends string>(prefix: Prefix): Members<Prefix> {
  const entries = Object.entries(constants).filter(([name]) => name.startsWith(prefix));
  return Object.freeze(Object.fromEntries(entries)) as Members<Prefix>;
}
