/** A reference made into the function or class again: the receiver's half of `reference.ts`. */
import { targetEverywhere } from './everywhere.ts';
import { hashOf } from './hash.ts';
import { importTarget, requireTarget } from './importing.ts';
import { sibling } from './inspect.ts';
import { UnpicklingError } from './pickle-error.ts';
import type { Reference } from './reference.ts';
import { known, registry, remember } from './registry.ts';

/**
 * Imports the module of a reference and gives what it exports under that name, or, renamed, what has the same text.
 * Raises UnpicklingError if it exports neither, and whatever the module raises.
 */
export async function resolve(reference: Reference): Promise<Function> {
  return present(reference) ?? pick(reference, await importTarget(reference.url));
}

/**
 * The same without waiting. Raises UnpicklingError also for a module that is not loaded and cannot be loaded at once: one
 * with a top-level await, or with a query in its URL.
 */
export function resolveSync(reference: Reference): Function {
  return present(reference) ?? pick(reference, requireTarget(reference.url));
}

/** What can be had without loading anything. */
function present(reference: Reference): Function | undefined {
  const met = known(reference);
  if (met) return met;
  const { url, binding, hash } = reference;
  const common = targetEverywhere(url, binding);
  if (common) return found(reference, common);
  const named = registry.named.get(url)?.get(binding);
  if (named && hashOf(named) === hash) return found(reference, named);
  const member = registry.members.get(url);
  return member && !registry.modules.has(url) ? besides(member, reference) : undefined;
}

/** What stands beside a function that was sent before. Its module may still wait for the message being loaded. */
function besides(member: Function, reference: Reference): Function | undefined {
  try {
    const target = sibling(member, reference.binding);
    return target && found(reference, target);
  } catch {
    return undefined; // no inspector here: import it
  }
}

/** By name and text; else by text alone, if only one export has it; else by name: a test runner may change the text. */
function pick(reference: Reference, module: object): Function {
  const { url, binding, hash } = reference;
  const exports = functionsOf(module, registry.named.get(url) ?? new Map<string, Function>());
  const byName = exports.filter(([name]) => name === binding).map(([, target]) => target);
  const byText = exports.filter(([, target]) => hashOf(target) === hash).map(([, target]) => target);
  const target = byName.find((one) => byText.includes(one)) ?? (new Set(byText).size === 1 ? byText[0] : byName[0]);
  if (target) return found(reference, target);
  throw new UnpicklingError(
    `${binding} is not exported from ${url}: write \`export\` before it; if a bundler put it there, export it from the bundle's entry, or leave its module external`,
  );
}

/** The functions and classes of a module, those of CommonJS too, where `import` shows some only inside `default`. */
function functionsOf(module: object, named: ReadonlyMap<string, Function>): [string, Function][] {
  const inner: unknown = 'module.exports' in module ? module['module.exports'] : undefined;
  const all = [...Object.entries(inner ?? {}), ...Object.entries(module), ...named];
  return all.filter((entry): entry is [string, Function] => typeof entry[1] === 'function');
}

function found(reference: Reference, target: Function): Function {
  remember(reference, target);
  registry.references.set(target, registry.references.get(target) ?? reference);
  return target;
}
