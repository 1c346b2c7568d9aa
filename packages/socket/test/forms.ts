/**
 * Both forms of the calls that may wait, under one name, so that one test holds for both: `call.recv(sock, 10)` is
 * `await sock.recv(10)` in one run and `sock.recvSync(10)` in the other. A failure is a rejection in either.
 */
import type { Socket } from '../src/index.ts';

type Call =
  | 'accept'
  | 'connect'
  | 'connectEx'
  | 'recv'
  | 'recvInto'
  | 'recvView'
  | 'recvmsg'
  | 'recvmsgInto'
  | 'recvmmsg'
  | 'recvExactly'
  | 'recvUntil'
  | 'recvfrom'
  | 'recvfromInto'
  | 'send'
  | 'sendall'
  | 'sendmsg'
  | 'sendmsgAfalg'
  | 'sendmmsg'
  | 'sendto'
  | 'sendfile';

export type Form = {
  readonly [C in Call]: (
    sock: Socket,
    ...args: Parameters<Socket[`${C}Sync`]>
  ) => Promise<ReturnType<Socket[`${C}Sync`]>>;
};

const calls: readonly Call[] = [
  'accept',
  'connect',
  'connectEx',
  'recv',
  'recvInto',
  'recvView',
  'recvmsg',
  'recvmsgInto',
  'recvmmsg',
  'recvExactly',
  'recvUntil',
  'recvfrom',
  'recvfromInto',
  'send',
  'sendall',
  'sendmsg',
  'sendmsgAfalg',
  'sendmmsg',
  'sendto',
  'sendfile',
];

function formOf(suffix: '' | 'Sync'): Form {
  const entries = calls.map((call) => [
    call,
    async (sock: Socket, ...args: unknown[]) =>
      (sock[`${call}${suffix}`] as (...args: unknown[]) => unknown).apply(sock, args),
  ]);
  return Object.fromEntries(entries) as Form;
}

export const forms: readonly (readonly [name: string, form: Form])[] = [
  ['promise', formOf('')],
  ['blocking', formOf('Sync')],
];
