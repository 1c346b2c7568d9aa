/**
 * Functions and classes named by hand. Needed only where they cannot be found without: under `--permission`, in a bundle
 * that does not export them, and for what a module wants to send without exporting it.
 */
import { pathToFileURL } from 'node:url';
import { getCallSites } from 'node:util';
import { hashOf } from './hash.ts';
import { urlOf } from './is-main.ts';
import { registry, remember } from './registry.ts';

/** `import.meta`, or in CommonJS `module`. In a bundle in CommonJS the first is empty. */
export type ModuleMeta = { readonly url?: string | undefined } | { readonly filename: string };

/**
 * Says that other threads and processes find these functions and classes in this module by these names:
 * `importable(import.meta, { work, BadPort })`. Call it at the top level of the module. Raises TypeError for what is no
 * module and for what is no function.
 */
export function importable(meta: ModuleMeta, targets: Readonly<Record<string, Function>>): void {
  if (typeof meta !== 'object')
    throw new TypeError('importable: the first argument must be import.meta, or module in CommonJS');
  const url = urlOfModule(meta) ?? urlOf(getCallSites(2)[1]?.scriptName ?? '');
  const named = registry.named.get(url) ?? new Map<string, Function>();
  registry.named.set(url, named);
  for (const [binding, target] of Object.entries(targets)) {
    if (typeof target !== 'function') throw new TypeError(`importable: ${binding} must be a function or a class`);
    const reference = { url, binding, hash: hashOf(target) };
    named.set(binding, target);
    registry.references.set(target, reference);
    remember(reference, target);
  }
}

/** `import.meta` has a file name too, but without the query of its URL. */
function urlOfModule(meta: ModuleMeta): string | undefined {
  if ('url' in meta && meta.url !== undefined) return meta.url;
  return 'filename' in meta ? pathToFileURL(meta.filename).href : undefined;
}
