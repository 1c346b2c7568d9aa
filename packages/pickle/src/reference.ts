/**
 * A function or class as data: the module that exports it, and its name there. The sender neither imports nor requires
 * anything to find out, since its own module may be in the middle of the very statement that sends; the receiver checks
 * the export (`resolve.ts`).
 */
import { fileURLToPath } from 'node:url';
import { placeEverywhere } from './everywhere.ts';
import { hashOf } from './hash.ts';
import { type Inspected, inspectFunction } from './inspect.ts';
import { PicklingError } from './pickle-error.ts';
import { registry, remember } from './registry.ts';
import { require } from './require.ts';

/** Where a function or class is found. Plain data. */
export interface Reference {
  /** The module; `globalThis` for what the language has everywhere. */
  readonly url: string;
  /** The module's own name for it, which need not be the one it exports. */
  readonly binding: string;
  /** Of its text, by which it is known under another name. */
  readonly hash: number;
}

const refused = new WeakMap<Function, string>();

/**
 * Where others find this function or class: an exported one at the top level of its module, one named with
 * {@link importable}, or one of the language (`Number`) or of Node (`readFileSync` of `node:fs`). Remembered, so that only
 * the first call for a function is slow (0.1 ms; 20 ms where its module is not among the callers, once for all modules
 * loaded until then).
 *
 * Raises PicklingError for any other function, with the reason and the fix.
 */
export function reference(target: Function): Reference {
  const found = registry.references.get(target);
  if (found) return found;
  const reason = refused.get(target);
  if (reason !== undefined) throw new PicklingError(reason);
  try {
    return locate(target);
  } catch (error) {
    if (error instanceof PicklingError) refused.set(target, error.message);
    throw error;
  }
}

function locate(target: Function): Reference {
  const [url, binding] = placeEverywhere(target) ?? placeOf(target);
  const reference = { url, binding, hash: hashOf(target) };
  registry.references.set(target, reference);
  registry.members.set(url, target);
  remember(reference, target);
  return reference;
}

function placeOf(target: Function): [url: string, binding: string] {
  const { kind, url, line, binding } = inspected(target);
  const name = target.name || 'The function';
  if (kind !== 'function') throw new PicklingError(`${name} ${unsendable[kind]}`);
  if (url.startsWith('node:')) return builtin(target, url);
  if (!URL.canParse(url) || /\/\[eval\d*\]$/.test(url))
    throw new PicklingError(`${name} comes from eval, the REPL or -e: put it in a file`);
  const loaded = url.startsWith('file:') ? require.cache[fileURLToPath(url)] : undefined;
  const exported = loaded && exportOf(loaded.exports, target);
  if (exported !== undefined) return [url, exported];
  // an anonymous default export has no binding that could be seen
  const found = binding ?? (target.name === 'default' || loaded?.loaded === false ? target.name : undefined);
  if (found !== undefined && found !== '') return [url, found === vitestDefault ? 'default' : found];
  throw new PicklingError(
    `${name} at ${url}:${line} is not an exported function at the top level of its module: export it from there, and give it its values in \`args\``,
  );
}

/** What vitest's runner calls an anonymous default export. */
const vitestDefault = '__vite_ssr_export_default__';

const unsendable: Readonly<Record<Exclude<Inspected['kind'], 'function'>, string>> = {
  bound: 'is a bound function and cannot be sent: pass the function itself and put the bound values in `args`',
  proxy: 'is a Proxy and cannot be sent: pass the function itself',
  native: 'is a function of the platform that no module exports: export a function of your own that calls it',
};

function inspected(target: Function): Inspected {
  try {
    return inspectFunction(target);
  } catch (cause) {
    throw new PicklingError(
      `${target.name} cannot be located without the inspector: name it with \`importable(import.meta, { ${target.name} })\`, or start node with --allow-inspector`,
      { cause },
    );
  }
}

/** A function of Node's own modules. */
function builtin(target: Function, url: string): [url: string, binding: string] {
  const module: unknown = URL.canParse(url) ? process.getBuiltinModule(url) : undefined;
  const binding = module === undefined ? undefined : exportOf(module, target);
  if (binding === undefined) throw new PicklingError(`${target.name} ${unsendable.native}`);
  return [url, binding];
}

/** The name under which a module of CommonJS exports a function. Getters are left alone: they may load anything. */
function exportOf(exports: unknown, target: Function): string | undefined {
  if (exports === target) return 'default';
  if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) return undefined;
  const own = Object.entries(Object.getOwnPropertyDescriptors(exports));
  return own.find(([, { value }]) => value === target)?.[0];
}
