/** One child that waits warm, so that the next start costs a message instead of a boot. Only for the main thread. */
import { isMainThread } from 'node:worker_threads';
import { spawnChild } from './child.ts';
import type { Child } from './child.ts';
import { executableOfChildren } from './start-method.ts';

let spare: { readonly child: Child; readonly executable: string } | undefined;
let preparing = false;

/** The spare, if it is still there, or a new one. */
export function takeChild(): Child {
  const executable = executableOfChildren();
  const taken = spare;
  spare = undefined;
  if (taken?.executable === executable && taken.child.exitcode === null) return taken.child;
  taken?.child.close();
  return spawnChild(executable);
}

/** Boots the next spare in a moment. It ends with this process. */
export function prepareSpare(): void {
  if (!isMainThread || spare !== undefined || preparing) return;
  preparing = true;
  setImmediate(() => {
    preparing = false;
    const executable = executableOfChildren();
    spare ??= { child: spawnChild(executable), executable };
  }).unref();
}
