/**
 * A thread imports the module of its target, and whatever runs for that import must start no thread of its own: the
 * module of a program without a guard would start itself over and over. `AsyncLocalStorage` follows the module's body,
 * its dependencies, and what they leave behind (promises, timers), but not the later call of the target.
 */
import { fileURLToPath } from 'node:url';
import { RuntimeError } from '@p8/errors';
import { isProgram } from './is-main.ts';
import { UnpicklingError } from './pickle-error.ts';
import { registry } from './registry.ts';
import { require } from './require.ts';

/** The URL of the module that is being imported for a thread or process, if the caller runs for such an import. */
export function importing(): string | undefined {
  return registry.importing.getStore();
}

/** Raises RuntimeError while a module is being imported for a thread or process. @param what 'a thread', 'a process' */
export function refuseWhileImporting(what: string): void {
  const url = importing();
  if (url === undefined) return;
  throw new RuntimeError(
    `${url} started ${what} while it was imported for another one: put its main part under \`if (isMain(import.meta))\``,
  );
}

/** Imports a module for a thread or process. Its own errors are raised as they are. */
export async function importTarget(url: string): Promise<object> {
  const loaded = registry.modules.get(url);
  if (loaded) return loaded;
  const imported = registry.importing.run(url, () => import(url) as Promise<object>);
  const module = await (isProgram(url) ? unlessWaiting(url, imported) : imported);
  registry.modules.set(url, module);
  return module;
}

/** The same without waiting. Raises UnpicklingError for a module that cannot be loaded so. */
export function requireTarget(url: string): object {
  const loaded = registry.modules.get(url);
  if (loaded) return loaded;
  if (url.startsWith('node:')) return process.getBuiltinModule(url) as object;
  const { protocol, search, hash } = new URL(url);
  if (protocol !== 'file:' || search !== '' || hash !== '')
    throw new UnpicklingError(`${url} can only be imported with await: ${fix}`);
  try {
    const module = registry.importing.run(url, () => asNamespace(require(fileURLToPath(url))));
    registry.modules.set(url, module);
    return module;
  } catch (error) {
    const reason = reasons[(error as { code?: string }).code ?? ''];
    if (reason === undefined) throw error;
    throw new UnpicklingError(`${url} ${reason}: ${fix}`, { cause: error });
  }
}

const fix = 'import it before, or use the form that returns a promise';
const reasons: Readonly<Record<string, string>> = {
  ERR_REQUIRE_ASYNC_MODULE: 'has a top-level await, which a blocking call cannot wait for',
  ERR_REQUIRE_CYCLE_MODULE: 'is still being evaluated',
};

/** A module of CommonJS looks as `import` would show it. */
function asNamespace(module: unknown): object {
  const isNamespace = typeof module === 'object' && module !== null && Symbol.toStringTag in module;
  return isNamespace ? module : { default: module, 'module.exports': module };
}

/**
 * The program's own module may be in the middle of `await main()`, which waits for this very import. Once it is through,
 * an import settles without leaving this turn of the event loop.
 */
async function unlessWaiting(url: string, imported: Promise<object>): Promise<object> {
  const turns = (async () => {
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    return undefined;
  })();
  const module = await Promise.race([imported, turns]);
  if (module) return module;
  throw new UnpicklingError(
    `${url} is still in its top-level await, so that nothing can be imported from it: move what others need to a module of its own, or name it with \`importable(import.meta, { … })\``,
  );
}
