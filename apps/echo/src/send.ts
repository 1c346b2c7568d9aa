/** `p8-echo send WORDS…`: the tutorial's client. */
import { AF_UNIX, SHUT_WR, SOCK_DGRAM, SOCK_STREAM, socket } from '@p8/socket';
import { transportOf } from './transport.ts';
import type { TransportOptions } from './transport.ts';

export interface SendOptions extends TransportOptions {
  /** Seconds to wait for each step. */
  readonly timeout: number;
}

const MOST = 65_536;

/** Sends one line and prints the answer. Raises gaierror, OSError and TimeoutError as the socket does. */
export async function send(words: readonly string[], options: SendOptions): Promise<void> {
  const { family, type, address } = transportOf(options);
  const data = words.join(' ');
  using sock = socket(family, type);
  sock.settimeout(options.timeout);
  // without a name of its own a unix datagram cannot be answered; the kernel finds one
  if (family === AF_UNIX && type === SOCK_DGRAM) sock.bind('');
  await sock.connect(address);
  await sock.sendall(`${data}\n`);
  // the server answers until its client has said everything
  if (type === SOCK_STREAM) sock.shutdown(SHUT_WR);
  await using file = sock.makefile('r');
  const received = type === SOCK_STREAM ? await file.read() : await sock.recv(MOST);
  console.log(`Sent: ${data}\nReceived: ${String(received)}`);
}
