/**
 * What a worker runs: one thread after another, as its starter says. The whole package is loaded before the first, so that
 * only the modules of the program are missing.
 */
import { isMainThread, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { RuntimeError, SystemExit } from '@p8/errors';
import { dump, load } from '@p8/pickle';
import { setCurrentThread } from './current-thread.ts';
import { excepthook, exceptHookArgs, isHooked, setExcepthook } from './excepthook.ts';
import { endIdle, holdingNow, watchHolding } from './host.ts';
import './index.ts';
import { isSame, look } from './look.ts';
import type { Content, Holding, Report, Start } from './protocol.ts';
import * as registry from './registry.ts';
import { sendFailure } from './send-failure.ts';
import { adopt } from './thread.ts';
import type { Thread } from './thread.ts';
import { writeDirectly } from './worker-output.ts';

interface Outcome {
  /** Absent if all went well. */
  readonly failure?: unknown;
  /** An error of something that nobody waited for. */
  readonly stray?: true;
}

if (isMainThread)
  throw new RuntimeError('@p8/threading/bootstrap is what threads are started with: import @p8/threading');

const { port } = workerData as { readonly port: MessagePort };
let running: Start | undefined;
let stray: PromiseWithResolvers<Outcome> = Promise.withResolvers();
let reported: Holding = 'nothing';

writeDirectly();
process.on('uncaughtException', (error) => {
  // a listener of the program itself has heard of it
  if (process.listenerCount('uncaughtException') === 1) stray.resolve({ failure: error, stray: true });
});
process.on('exit', (code) => {
  if (running === undefined) return;
  report({ kind: 'exited', code });
  registry.leave(running.entry);
});
watchHolding(reportHolding);
port.on('message', (start: Start) => void runThread(start));

async function runThread(start: Start): Promise<void> {
  running = start;
  registry.announce(start.entry);
  const before = look();
  stray = Promise.withResolvers();
  const outcome = await Promise.race([perform(start), stray.promise]);
  setExcepthook(null);
  await endIdle();
  // what the thread closed last is gone one turn later
  await new Promise(setImmediate);
  reportHolding();
  const clean = outcome.stray === undefined && reported === 'nothing' && isSame(before, look());
  if ('failure' in outcome) {
    sendFailure(outcome.failure, (failure) => report({ kind: 'ended', clean, failure: dump(failure).data }));
  } else report({ kind: 'ended', clean });
  running = undefined;
  registry.leave(start.entry);
}

async function perform(start: Start): Promise<Outcome> {
  let thread = adopt(start);
  setCurrentThread(thread, start.entry);
  try {
    const { type, fields, target, args } = (await load(start.data)) as Content;
    thread = adopt({ ...start, target: target ?? undefined, args }, type ?? undefined);
    setCurrentThread(Object.assign(thread, fields), start.entry);
    await thread.run();
    return {};
  } catch (error) {
    if (error instanceof SystemExit) return {};
    tellHook(error, thread, start.hooked);
    return { failure: error };
  }
}

/** A hook of the starter hears of it there. */
function tellHook(error: unknown, thread: Thread, hooked: boolean): void {
  if (isHooked() || !hooked) excepthook(exceptHookArgs(error, thread));
}

function reportHolding(): void {
  const holding = holdingNow();
  if (holding === reported) return;
  reported = holding;
  report({ kind: 'holding', holding });
}

function report(what: Report): void {
  port.postMessage(what);
}
