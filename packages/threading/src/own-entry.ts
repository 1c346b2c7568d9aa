/** Which row of the registry is that of the thread that calls. */
import { isMainThread } from 'node:worker_threads';
import * as registry from './registry.ts';
import type { Entry } from './registry.ts';

let own: Entry | undefined = isMainThread ? registry.MAIN : undefined;

/** The entry of this thread. A worker that another library made is entered when it first asks. */
export function ownEntry(): Entry {
  return (own ??= enterForeign());
}

/** For the boot file: who runs in this worker from now on. */
export function setOwnEntry(entry: Entry): void {
  own = entry;
}

function enterForeign(): Entry {
  const entry = registry.enter({ name: `Dummy-${registry.nextNumber()}`, daemon: true, parent: 0 });
  registry.announce(entry);
  process.once('exit', () => registry.leave(entry));
  return entry;
}
