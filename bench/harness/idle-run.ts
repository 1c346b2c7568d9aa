/** What idle connections cost a server: the growth of its anonymous memory, each server in a fresh process. */
import { Load } from './load.ts';
import { anonymousBytes, processTree } from './process-tree.ts';
import { type Server, type ServerName, collectsGarbage, startServer } from './server.ts';

/** Bytes a connection. */
export interface Growth {
  /** With whatever garbage accepting them has left. */
  readonly atOnce: number;
  /** After a full garbage collection, without what V8 holds in reserve. */
  readonly collected: number;
}

export async function measureIdle(name: ServerName, connections: number): Promise<Growth> {
  await using server = await startServer(name, false);
  // what exists once is there before the memory is read; no longer warm-up, or the connections would move into its garbage
  await (await Load.connect(server.address, 64, 1))[Symbol.asyncDispose]();
  await collect(name, server);
  const before = anonymousBytes(processTree(server.child.pid));
  await using _load = await Load.connect(server.address, connections, 1);
  const atOnce = anonymousBytes(processTree(server.child.pid)) - before;
  await collect(name, server);
  const collected = anonymousBytes(processTree(server.child.pid)) - before;
  return { atOnce: atOnce / connections, collected: collected / connections };
}

async function collect(name: ServerName, { child }: Server): Promise<void> {
  if (collectsGarbage(name)) await child.collectGarbage();
}
