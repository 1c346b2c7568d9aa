/** The process in which a manager's server runs: it says where it listens, or why it does not, and serves until it is told to end. */
import { ProcessError } from '../process-errors.ts';
import { EOFError, TimeoutError } from '@p8/errors';
import { importable, raisedIn } from '@p8/pickle';
import type { ConnectionAddress } from '../connection/address.ts';
import { Client } from '../connection/client.ts';
import type { Connection } from '../connection/connection.ts';
import { Listener } from '../connection/listener.ts';
import type { Seconds } from '../connection/limits.ts';
import { own } from '../process/own.ts';
import { Process } from '../process/process.ts';
import type { Registry } from './registry.ts';
import type { Server, ServerOptions } from './server.ts';

export type Initializer = (...args: readonly unknown[]) => unknown;

/** A class of servers. */
export type ServerType = new (registry: Registry, authkey: Uint8Array, options?: ServerOptions) => Server;

/** What the process shall do. */
export interface ServerWork {
  readonly type: ServerType;
  readonly registry: Registry;
  readonly authkey: Uint8Array;
  readonly options: ServerOptions;
  readonly initializer: Initializer | undefined;
  readonly initargs: readonly unknown[];
  /** What the manager is called. */
  readonly name: string;
}

/** What it says, over a socket in a folder that only this user can open: who blocks cannot prove a key between two looks. */
type Report =
  | readonly [address: ConnectionAddress, failure?: undefined]
  | readonly [address: undefined, failure: unknown];

/** How often a blocked starter looks whether the process is still there. */
const LOOK: Seconds = 0.1;

export async function startServer(work: ServerWork): Promise<[process: Process, address: ConnectionAddress]> {
  using listener = new Listener();
  const process = startProcess(work, listener);
  const settled = new AbortController();
  const ended = process.join(null, settled).then(
    () => undefined,
    () => undefined,
  );
  try {
    const connection = await Promise.race([listener.accept(settled), ended]);
    if (connection === undefined) throw endedEarly(process);
    using reports = connection;
    return [process, addressIn((await reports.recv()) as Report, process)];
  } catch (error) {
    if (!(error instanceof EOFError)) throw error;
    await ended;
    throw endedEarly(process);
  } finally {
    settled.abort();
    await ended;
  }
}

export function startServerSync(work: ServerWork): [process: Process, address: ConnectionAddress] {
  using listener = new Listener();
  const process = startProcess(work, listener);
  for (;;) {
    try {
      using reports = listener.acceptSync({ timeout: LOOK });
      return [process, addressIn(reports.recvSync() as Report, process)];
    } catch (error) {
      if (error instanceof EOFError) process.joinSync();
      else if (!(error instanceof TimeoutError)) throw error;
      if (!process.isAlive()) throw endedEarly(process);
    }
  }
}

/** A daemon: the program does not wait for it at its end. */
function startProcess(work: ServerWork, listener: Listener): Process {
  const process = new Process({ target: serve, args: [work, listener.address], daemon: true });
  process.name = `${work.name}-${process.name.replace(/^Process-/, '')}`;
  process.start();
  return process;
}

function addressIn([address, failure]: Report, process: Process): ConnectionAddress {
  if (address !== undefined) return address;
  process.joinSync();
  throw raisedIn(failure, process.name);
}

function endedEarly(process: Process): ProcessError {
  return new ProcessError(`the server of the manager ended before it listened, with exit code ${process.exitcode}`);
}

/** What runs in it. */
export async function serve(work: ServerWork, reports: ConnectionAddress): Promise<void> {
  // it may have processes of its own: those of a pool
  own.daemon = false;
  // Ctrl-C is for the program, which then ends this
  process.on('SIGINT', () => {});
  using connection: Connection<unknown, Report> = await Client(reports);
  let server: Server;
  try {
    await work.initializer?.(...work.initargs);
    server = new work.type(work.registry, work.authkey, work.options);
  } catch (error) {
    await connection.send([undefined, error]);
    return;
  }
  await connection.send([server.address]);
  connection.close();
  await server.serveForever();
}

importable(import.meta, { serve });
