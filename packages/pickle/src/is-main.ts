/** The guard of a program's main part: Python's `if __name__ == '__main__'`. */
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { getCallSites } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { require } from './require.ts';

/**
 * Whether this module is the program, and not imported, be it by another module, a thread, a process or a test runner:
 *
 *     if (isMain(import.meta)) await main();
 *
 * @param meta `import.meta`, or in CommonJS `module`
 */
export function isMain(meta: ImportMeta | NodeJS.Module): boolean {
  if ('main' in meta && typeof meta.main === 'boolean') return meta.main;
  if ('children' in meta) return isMainThread && require.main === meta;
  const caller = getCallSites(2)[1]?.scriptName; // a bundle in CommonJS: `import.meta` is empty
  return caller !== undefined && isProgram(urlOf(caller));
}

/** Whether this is the URL of the module with which this process began. Never in a thread, which begins elsewhere. */
export function isProgram(url: string): boolean {
  const [, path] = process.argv;
  return isMainThread && path !== undefined && url === (program ??= urlOf(realpath(path)));
}

let program: string | undefined;

function realpath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // `node program` without the extension
  }
}

/** V8 names a script by its URL, or in CommonJS by its path. */
export function urlOf(script: string): string {
  return script.startsWith('/') ? pathToFileURL(script).href : script;
}
