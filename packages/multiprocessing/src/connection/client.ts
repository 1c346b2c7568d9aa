/** Connecting to a listener. https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.Client */
import { SOCK_STREAM, Socket } from '@p8/socket';
import type { WaitOptions } from '@p8/threading';
import { familyNumber, familyOf } from './address.ts';
import type { ConnectionAddress, Family } from './address.ts';
import type { Codec } from './codec.ts';
import { Connection } from './connection.ts';
import {
  answerChallenge,
  answerChallengeSync,
  deliverChallenge,
  deliverChallengeSync,
  HANDSHAKE_TIMEOUT,
  keyOf,
} from './handshake.ts';
import type { HandshakeOptions } from './handshake.ts';
import { deadlineOf, secondsLeft } from './limits.ts';
import type { BlockOptions } from './limits.ts';

export interface ClientSyncOptions extends HandshakeOptions, BlockOptions {
  /** Unless given: what the address looks like. */
  readonly family?: Family | undefined;
  /** The key that both sides must know; without one, nobody proves anything. */
  readonly authkey?: Uint8Array | undefined;
  /** What objects are sent with. Default: the structured clone; for a peer in Python, that of `@p8/pickle/cpython`. */
  readonly codec?: Codec | undefined;
}

export interface ClientOptions extends ClientSyncOptions, WaitOptions {}

/**
 * A connection to a listener, also to one of CPython, that has taken our key and proved it. Waits for both, with `timeout` for all
 * of it (with a key: 20 s unless given, as the listener may have none, and would be silent). Raises AuthenticationError,
 * ConnectionRefusedError, FileNotFoundError, TimeoutError.
 */
export async function Client<Received = unknown, Sent = Received>(
  address: ConnectionAddress,
  options: ClientOptions = {},
): Promise<Connection<Received, Sent>> {
  const { authkey, signal } = options;
  const key = authkey === undefined ? undefined : keyOf(authkey);
  const deadline = deadlineOf(limitOf(options));
  const sock = open(address, options);
  try {
    sock.settimeout(secondsLeft(deadline, 'connect'));
    await sock.connect(address, { signal });
    const connection = connectionOn<Received, Sent>(sock, options);
    if (key === undefined) return connection;
    const limits = () => ({ ...options, timeout: secondsLeft(deadline, 'handshake') });
    await answerChallenge(connection, key, limits());
    await deliverChallenge(connection, key, limits());
    return connection;
  } catch (error) {
    sock.close();
    throw error;
  }
}

export function ClientSync<Received = unknown, Sent = Received>(
  address: ConnectionAddress,
  options: ClientSyncOptions = {},
): Connection<Received, Sent> {
  const { authkey } = options;
  const key = authkey === undefined ? undefined : keyOf(authkey);
  const deadline = deadlineOf(limitOf(options));
  const sock = open(address, options);
  try {
    sock.settimeout(secondsLeft(deadline, 'connect'));
    sock.connectSync(address);
    const connection = connectionOn<Received, Sent>(sock, options);
    if (key === undefined) return connection;
    const limits = () => ({ ...options, timeout: secondsLeft(deadline, 'handshake') });
    answerChallengeSync(connection, key, limits());
    deliverChallengeSync(connection, key, limits());
    return connection;
  } catch (error) {
    sock.close();
    throw error;
  }
}

function limitOf({ timeout, authkey }: ClientSyncOptions): number | null {
  if (timeout !== undefined) return timeout;
  return authkey === undefined ? null : HANDSHAKE_TIMEOUT;
}

function open(address: ConnectionAddress, { family }: ClientSyncOptions): Socket {
  return new Socket(familyNumber(family ?? familyOf(address)), SOCK_STREAM);
}

function connectionOn<Received, Sent>(sock: Socket, { codec }: ClientSyncOptions): Connection<Received, Sent> {
  return new Connection<Received, Sent>(sock, codec === undefined ? {} : { codec });
}
