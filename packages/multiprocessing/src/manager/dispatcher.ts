/** What is done with a request: a method of an object is called, or the server itself is asked. */
import { AttributeError, KeyError, ValueError } from '@p8/errors';
import { types } from 'node:util';
import { argumentsFor } from './apply.ts';
import type { Signatures } from './apply.ts';
import { BaseProxy } from './base-proxy.ts';
import { callFor } from './caller.ts';
import type { Caller } from './caller.ts';
import type { Counts } from './client-record.ts';
import type { ConnectionAddress } from '../connection/address.ts';
import { Objects } from './objects.ts';
import type { SharedObject } from './objects.ts';
import type { Registry } from './registry.ts';
import { tracebackOf } from './remote-error.ts';
import { typeName } from './types/equality.ts';
import { Token } from './token.ts';
import { Kind } from './wire.ts';
import type { Keywords, Reply } from './wire.ts';

type Method = (...args: readonly unknown[]) => unknown;
/** What every object answers. */
const FALLBACKS: Readonly<Record<string, (object: unknown) => unknown>> = {
  __str__: textOf,
  __repr__: textOf,
  '#GETVALUE': valueOf,
};

export class Dispatcher {
  readonly objects: Objects = new Objects();
  readonly #registry: Registry;
  readonly #address: () => ConnectionAddress;

  constructor(registry: Registry, address: () => ConnectionAddress) {
    this.#registry = registry;
    this.#address = address;
  }

  /** Calls a method. A promise comes back only from one that returns a promise. Never raises: errors are replies. */
  call(
    caller: Caller,
    counts: Counts,
    ident: string,
    method: string,
    args: readonly unknown[],
    keywords: Keywords | undefined,
  ): Reply | Promise<Reply> {
    let shared: SharedObject | undefined;
    try {
      shared = this.objects.get(ident);
      const { object } = shared;
      if (!shared.exposed.has(method)) return this.#fallback(shared, method, args);
      const made = argumentsFor(method, args, keywords, signaturesOf(object));
      const outcome = callFor(caller, () => (object as Record<string, Method>)[method]!(...made));
      const typeid = Object.hasOwn(shared.methodToTypeid, method) ? shared.methodToTypeid[method] : undefined;
      if (!types.isPromise(outcome)) return this.#reply(counts, typeid, outcome);
      return outcome.then((result: unknown) => this.#reply(counts, typeid, result)).catch(asError);
    } catch (error) {
      // not the method's own error: it was not called
      return shared === undefined ? [Kind.traceback, tracebackOf(error)] : asError(error);
    }
  }

  /** Makes an object: its ident, and what can be called. Its maker has a reference. */
  create(
    counts: Counts,
    typeid: string,
    args: readonly unknown[],
    keywords: Keywords | undefined,
  ): [ident: string, exposed: readonly string[]] | Promise<[ident: string, exposed: readonly string[]]> {
    const type = Object.hasOwn(this.#registry, typeid) ? this.#registry[typeid] : undefined;
    if (type === undefined) throw new KeyError(typeid);
    const object = type.callable === undefined ? onlyOf(args) : made(type.callable, args, keywords);
    if (types.isPromise(object)) return object.then((later: unknown) => this.#share(counts, typeid, later));
    return this.#share(counts, typeid, object);
  }

  /** What can be called of an object. */
  methodsOf(ident: string): readonly string[] {
    return [...this.objects.get(ident).exposed];
  }

  /** What is there, for who looks for references that were not given back. */
  debugInfo(): string {
    const lines = Array.from(
      this.objects,
      ({ ident, references, object }) => `  ${ident}:       refcount=${references}\n    ${textOf(object).slice(0, 75)}`,
    );
    return lines.toSorted().join('\n');
  }

  #reply(counts: Counts, typeid: string | undefined, outcome: unknown): Reply | Promise<Reply> {
    if (typeid === undefined) return [Kind.return, outcome];
    const created = this.create(counts, typeid, [outcome], undefined);
    return types.isPromise(created)
      ? created.then((later) => this.#proxy(typeid, later))
      : this.#proxy(typeid, created);
  }

  #proxy(typeid: string, [ident, exposed]: readonly [string, readonly string[]]): Reply {
    return [Kind.proxy, [exposed, new Token(typeid, this.#address(), ident)]];
  }

  #fallback({ object, exposed }: SharedObject, method: string, args: readonly unknown[]): Reply {
    if (Object.hasOwn(FALLBACKS, method) && args.length === 0) return [Kind.return, FALLBACKS[method]!(object)];
    const names = [...exposed].map((name) => `'${name}'`).join(', ');
    const error = new AttributeError(`method '${method}' of ${typeName(object)} object is not in exposed={${names}}`);
    return [Kind.traceback, tracebackOf(error)];
  }

  #share(counts: Counts, typeid: string, object: unknown): [string, readonly string[]] {
    const type = this.#registry[typeid];
    const exposed = [
      ...(type?.exposed ?? type?.proxyType?.exposed ?? publicMethods(object)),
      ...Object.keys(type?.methodToTypeid ?? {}),
    ];
    const shared = this.objects.add(typeid, object, new Set(exposed), type?.methodToTypeid ?? {});
    counts.incref(shared.ident);
    return [shared.ident, [...shared.exposed]];
  }
}

function made(callable: Function, args: readonly unknown[], keywords: Keywords | undefined): unknown {
  const all = argumentsFor('new', args, keywords, (callable as { readonly signatures?: Signatures }).signatures);
  const isClass = Object.getOwnPropertyDescriptor(callable, 'prototype')?.writable === false;
  return isClass ? Reflect.construct(callable, all) : Reflect.apply(callable, undefined, all);
}

function onlyOf(args: readonly unknown[]): unknown {
  if (args.length === 1) return args[0];
  throw new ValueError('without callable, there must be one argument: the object');
}

function asError(error: unknown): Reply {
  return [Kind.error, error instanceof Error ? error : new TypeError(`what was thrown is no error: ${String(error)}`)];
}

function signaturesOf(object: unknown): Signatures | undefined {
  return (object as object).constructor === undefined
    ? undefined
    : ((object as object).constructor as { readonly signatures?: Signatures }).signatures;
}

/** Python's text of it, where its class has one. */
function textOf(object: unknown): string {
  if (typeof object !== 'object' || object === null) return String(object);
  // its class may have a text of its own
  // oxlint-disable-next-line typescript/no-base-to-string
  return object.toString === Object.prototype.toString ? `<${object.constructor.name} object>` : String(object);
}

function valueOf(object: unknown): unknown {
  if (typeof object !== 'object' || object === null || object instanceof BaseProxy) return object;
  return object.valueOf();
}

/** The methods of an object, of its class and those above, whose names Python can write and that begin with a letter. */
export function publicMethods(object: unknown): string[] {
  const names = new Set<string>();
  const isOwn = (at: object | null): at is object =>
    at !== null && at !== Object.prototype && at !== Function.prototype;
  for (let at = object as object | null; isOwn(at); at = Object.getPrototypeOf(at) as object | null) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (typeof value === 'function' && name !== 'constructor' && /^[a-z]\w*$/i.test(name)) names.add(name);
  }
  return [...names];
}
