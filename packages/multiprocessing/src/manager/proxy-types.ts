/** Which class of proxies stands for objects of a type, as managers have registered it in this process. */
import { AutoProxy } from './auto-proxy.ts';
import type { BaseProxy, ProxyType } from './base-proxy.ts';
import type { Site } from './site.ts';
import type { Token } from './token.ts';

/** The name of a type → its class. */
const types = new Map<string, ProxyType>();
/** The name of a class in Python → the class. */
const pythonTypes = new Map<string, ProxyType>();

export function registerProxyType(typeid: string, type: ProxyType): void {
  types.set(typeid, type);
}

/** These classes stand for those of the same names in `multiprocessing.managers`. */
export function registerPythonTypes(all: Readonly<Record<string, ProxyType>>): void {
  for (const [name, type] of Object.entries(all)) pythonTypes.set(name, type);
}

export function pythonType(name: string): ProxyType | undefined {
  return pythonTypes.get(name);
}

/** A proxy of an object that the server has made for us: its reference is counted. */
export function proxyFor(
  token: Token,
  site: Site,
  exposed: readonly string[],
  type: ProxyType | undefined = types.get(token.typeid),
): BaseProxy {
  const options = { site, owned: true, exposed };
  return type === undefined ? AutoProxy.for(token, options) : new type(token, options);
}
