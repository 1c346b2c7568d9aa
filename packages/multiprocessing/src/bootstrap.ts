/**
 * What a child runs: waits on descriptor 3 for its job, does it, and ends. The whole package is loaded before, so that only the
 * modules of the program are missing.
 */
import { EOFError, formatException, hideFrames, SystemExit } from '@p8/errors';
import { syscalls } from '@p8/syscall';
import { enumerateThreads, mainThread } from '@p8/threading';
import { Connection } from './connection/connection.ts';
import './index.ts';
import { setParent } from './process/current.ts';
import type { Preparation, Work } from './process/job.ts';
import { own } from './process/own.ts';
import { adopt, joinChildren } from './process/process.ts';
import { inheritStartMethod } from './process/start-method.ts';
import { adoptLifeTable } from './sync/life.ts';

/** The descriptor that the parent holds the other end of. */
const PARENT = 3;

// the first frame that a user sees is his own
hideFrames(import.meta.dirname);
const connection = new Connection(PARENT);
// a child that computes does not come back to its event loop to see that its parent has gone
syscalls.endWith(PARENT);
adoptLifeTable();
process.exit(await live());

/** Comes back: the exit status. */
async function live(): Promise<number> {
  try {
    prepare((await connection.recv()) as Preparation);
    await adopt((await connection.recv()) as Work).run();
    return 0;
  } catch (error) {
    // a spare that nobody needed
    return error instanceof EOFError && own.parent === undefined ? 0 : statusAfter(error);
  } finally {
    await joinThreads();
    await joinChildren();
  }
}

/** Becomes what the parent says, before any module of the program runs. */
function prepare(preparation: Preparation): void {
  own.become(preparation);
  const { parent, startMethod, cwd, variables } = preparation;
  setParent(parent.name, parent.pid, connection);
  inheritStartMethod(startMethod);
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
  Object.assign(process.env, variables);
}

/** As Python does: `SystemExit` is silent, but for a text; all others are shown. */
function statusAfter(error: unknown): number {
  if (!(error instanceof SystemExit)) {
    process.stderr.write(`Process ${own.name}:\n${formatException(error)}\n`);
    return 1;
  }
  const { code = 0 } = error;
  if (typeof code === 'number') return code;
  process.stderr.write(`${code}\n`);
  return 1;
}

async function joinThreads(): Promise<void> {
  const main = mainThread();
  for (const thread of enumerateThreads()) if (thread !== main && !thread.daemon) await thread.join().catch(() => {});
}
