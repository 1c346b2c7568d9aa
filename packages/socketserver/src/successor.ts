/**
 * Another process that carries a service on, on the same listening sockets: no connection is refused, since those that nobody has accepted
 * yet stay in the queue that both share.
 *
 *     this program                                  its successor
 *     startSuccessor ── LISTEN_FDS, NOTIFY_SOCKET ──▶ listenFds()
 *     resolves       ◀────────── READY=1 ──────────── notifyReady()
 *     shutdown, serverClose: finishes what it has
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ChildProcessError, TimeoutError } from '@p8/errors';
import { AF_UNIX, SOCK_DGRAM, Socket } from '@p8/socket';
import type { Address, Seconds } from '@p8/socket';

/** How the successor is started. */
export interface SuccessorOptions {
  /** The program and its arguments; those of this process unless given. */
  readonly command?: readonly [string, ...string[]] | undefined;
  /** How long it may take to be ready, in seconds; null is no limit. 30 unless given. */
  readonly timeout?: Seconds | null | undefined;
}

const LONGEST = 4096;
/** A shell knows its own number, which the program then has: LISTEN_PID must name it. */
const AS_LISTENER = 'LISTEN_PID=$$ exec "$0" "$@"';

/**
 * Starts a process that is given the sockets of these servers, and waits until it has called {@link notifyReady}. Shut
 * your own servers down then. Raises ChildProcessError when it ends before, TimeoutError when it takes too long, and ends it; your
 * own servers are as before.
 */
export async function startSuccessor(
  servers: readonly { readonly socket: Socket }[],
  { command, timeout = 30 }: SuccessorOptions = {},
): Promise<ChildProcess> {
  using inbox = new Socket(AF_UNIX, SOCK_DGRAM);
  inbox.bind('');
  inbox.settimeout(timeout);
  const [program, ...args] = command ?? [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn('sh', ['-c', AS_LISTENER, program, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', ...servers.map(({ socket }) => socket.fileno())],
    env: {
      ...process.env,
      LISTEN_FDS: String(servers.length),
      LISTEN_FDNAMES: servers.map((_, i) => String(i)).join(':'),
      NOTIFY_SOCKET: notifyName(inbox.getsockname()),
    },
    detached: true,
  });
  try {
    await Promise.race([readiness(inbox), failure(child, program)]);
  } catch (error) {
    child.kill();
    throw error;
  }
  child.unref();
  return child;
}

/**
 * Tells whoever started this process that it is ready (`READY=1`): systemd, for a unit of `Type=notify`, or {@link startSuccessor}. Comes
 * back: false if nobody asked. Raises the OSError of sendto(2).
 */
export async function notifyReady(): Promise<boolean> {
  const { NOTIFY_SOCKET: name } = process.env;
  if (name === undefined) return false;
  using sock = new Socket(AF_UNIX, SOCK_DGRAM);
  await sock.sendto('READY=1', name.startsWith('@') ? Buffer.from(`\0${name.slice(1)}`) : name);
  return true;
}

async function readiness(inbox: Socket): Promise<void> {
  try {
    while (
      !String(await inbox.recv(LONGEST))
        .split('\n')
        .includes('READY=1')
    );
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    throw new TimeoutError('the successor did not call notifyReady() in time', { cause: error });
  }
}

async function failure(child: ChildProcess, program: string): Promise<never> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  throw new ChildProcessError(`${program} ended (${signal ?? code}) before it was ready to serve`);
}

/** Abstract names are written with an `@`. */
function notifyName(address: Address): string {
  return `@${Buffer.from(address as Uint8Array)
    .subarray(1)
    .toString()}`;
}
