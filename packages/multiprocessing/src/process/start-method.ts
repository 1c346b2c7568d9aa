/** How processes are started. https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods */
import { RuntimeError, ValueError } from '@p8/errors';
import type { StartMethod } from './job.ts';

const methods: readonly StartMethod[] = ['forkserver', 'spawn'];
let chosen: StartMethod | undefined;
let executable = process.execPath;

/** All that there are, the default first: a warm spare process (`forkserver`), or a fresh one each time (`spawn`). */
export function getAllStartMethods(): StartMethod[] {
  return [...methods];
}

/** The one that is used. */
export function getStartMethod(): StartMethod {
  return chosen ?? 'forkserver';
}

/** Chooses one, once. Raises ValueError for `fork` and what there is not, RuntimeError the second time without `force`. */
export function setStartMethod(method: StartMethod, options: { readonly force?: boolean } = {}): void {
  checkStartMethod(method);
  if (chosen !== undefined && options.force !== true) throw new RuntimeError('context has already been set');
  chosen = method;
}

/** What a child is told by its parent. */
export function inheritStartMethod(method: StartMethod): void {
  chosen = method;
}

/** The program that children run. Default: the Node that runs this one. */
export function setExecutable(path: string): void {
  executable = path;
}

export function executableOfChildren(): string {
  return executable;
}

export function checkStartMethod(method: string): asserts method is StartMethod {
  if ((methods as readonly string[]).includes(method)) return;
  const why = method === 'fork' ? ": a copy of a process has only one of Node's threads, and stops at once" : '';
  throw new ValueError(`cannot find context for '${method}'${why}; use 'forkserver' or 'spawn'`);
}
