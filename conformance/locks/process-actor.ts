/** The actors of another process, which is given the object itself in each call. */
import { Listener, Process } from '@p8/multiprocessing';
import type { Connection } from '@p8/multiprocessing';
import { Actor, threadActors } from './actor.ts';
import type { ActorKind } from './actor.ts';
import { servePeer } from './process-peer.ts';
import type { Answer, Call } from './serve.ts';

/** A task of this process, and those of another one. */
export const processActors: readonly ActorKind[] = [
  threadActors[0]!,
  { name: 'a task of another process', endable: true, start: () => peer(false) },
  { name: 'a process that blocks', endable: true, start: () => peer(true) },
];

interface Peer {
  readonly process: Process;
  readonly connection: Connection<Answer, Call>;
}

/** Processes that have nothing to do, for the next test. */
const idle: Peer[] = [];

async function peer(blocking: boolean): Promise<Actor> {
  const other = idle.pop() ?? (await startPeer());
  const end = async (kill: boolean) => {
    if (!kill) {
      idle.push(other);
      return;
    }
    other.process.kill();
    await other.process.join();
    other.connection.close();
  };
  const actor = new Actor((call) => other.connection.sendSync(call), blocking, end);
  hear(other, actor);
  return actor;
}

/** An answer belongs to whoever has the process now. */
const hearers = new WeakMap<Peer, Actor>();

function hear(other: Peer, actor: Actor): void {
  const heard = hearers.has(other);
  hearers.set(other, actor);
  // an end of the process ends it
  if (!heard) hearAll(other).catch(() => undefined);
}

async function hearAll(other: Peer): Promise<void> {
  for await (const answer of other.connection) hearers.get(other)?.hear(answer);
}

async function startPeer(): Promise<Peer> {
  using listener = new Listener();
  const process = new Process({ target: servePeer, args: [listener.address], daemon: true });
  process.start();
  return { process, connection: (await listener.accept()) as Connection<Answer, Call> };
}

/** Ends the processes that wait for the next test. */
export async function endPeers(): Promise<void> {
  for (const { process, connection } of idle.splice(0)) {
    connection.close();
    await process.join();
  }
}
