/**
 * Functions and classes named by hand. Needed only where they cannot be found without: under `--permission`, in a bundle
 * that does not export them, and for what a module wants to send without exporting it.
 */
import { pathToFileURL } from 'node:url';
import { hashOf } from './hash.ts';
import { registry, remember } from './registry.ts';

/** `import.meta`, or in CommonJS `module`. */
export type ModuleMeta = { readonly url?: string | undefined } | { readonly filename: string };

/**
 * Says that other threads and processes find these functions and classes in this module by these names:
 * `importable(import.meta, { work, BadPort })`. Call it at the top level of the module. Raises TypeError for a module
 * without a URL (a bundle in CommonJS: pass `module`) and for a value that is no function.
 */
export function importable(meta: ModuleMeta, targets: Readonly<Record<string, Function>>): void {
  const url = 'filename' in meta ? pathToFileURL(meta.filename).href : (meta as { url?: string }).url;
  if (typeof url !== 'string')
    throw new TypeError('importable: the first argument must be import.meta, or module in CommonJS');
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
