/** With a program in Python: pickles, in which only what managers send is allowed. */
import { AuthenticationError, BufferTooShort, ProcessError } from '../process-errors.ts';
import { TimeoutError } from '@p8/errors';
import { dump, load, PyGlobal, PyTuple } from '@p8/pickle/cpython';
import type { AllowList } from '@p8/pickle/cpython';
import { BrokenBarrierError, Empty, Full, ShutDown } from '@p8/threading';
import type { ConnectionAddress } from '../connection/address.ts';
import { AutoProxy } from './auto-proxy.ts';
import type { BaseProxy } from './base-proxy.ts';
import { pythonType } from './proxy-types.ts';
import { numbersOf } from './python-array.ts';
import { RemoteError } from './remote-error.ts';
import { siteOf } from './site.ts';
import type { Site } from './site.ts';
import { textOf, Token } from './token.ts';
import type { Dialect, Reply, Request } from './wire.ts';

const PROXY_NAMES = [
  'AcquirerProxy',
  'ArrayProxy',
  'AutoProxy',
  'BarrierProxy',
  'ConditionProxy',
  'DictProxy',
  'EventProxy',
  'IteratorProxy',
  'ListProxy',
  'NamespaceProxy',
  'PoolProxy',
  'SetProxy',
  'ValueProxy',
];

/** How a server in Python, or a client, is spoken to. @param site where proxies of the same address belong */
export function pythonDialect(site: Site): Dialect {
  const allow = allowing(site);
  const decode = (message: Buffer) => load(message, { allow });
  return { encode: (message) => dump(tupled(message), { allow }), decode, decodeSync: decode };
}

/** Python tells tuples from lists, and expects these. */
function tupled(message: Request | Reply): PyTuple {
  if (message.length === 2) return PyTuple.of(...message);
  const [ident, method, args, keywords] = message;
  return PyTuple.of(ident, method, PyTuple.from(args), keywords ?? {});
}

function allowing(site: Site): AllowList {
  return {
    'multiprocessing.managers.Token': {
      type: Token,
      rebuild: () => Object.create(Token.prototype) as Token,
      getState: ({ typeid, address, id }: Token) => PyTuple.of(typeid, toPython(address), id),
      setState: (token: Token, state) => {
        const [typeid, address, id] = state as [string, ConnectionAddress, string];
        Object.assign(token, { typeid, address: fromPython(address), id });
      },
    },
    'multiprocessing.managers.RebuildProxy': (type: PyGlobal, token: Token, _serializer: string, keywords: unknown) =>
      rebuilt(site, type, token, keywords),
    ...Object.fromEntries(PROXY_NAMES.map((name) => [`multiprocessing.managers.${name}`, PyGlobal])),
    'multiprocessing.managers.RemoteError': { type: RemoteError, reduce: ({ traceback }: RemoteError) => [traceback] },
    'multiprocessing.process.AuthenticationString': (bytes: Buffer) => bytes,
    'multiprocessing.context.ProcessError': ProcessError,
    'multiprocessing.context.AuthenticationError': AuthenticationError,
    'multiprocessing.context.BufferTooShort': (received: Buffer) => new BufferTooShort(received, 0),
    'multiprocessing.context.TimeoutError': (...args: readonly string[]) => new TimeoutError(...args),
    'queue.Empty': Empty,
    '_queue.Empty': { rebuild: () => new Empty() },
    'queue.Full': Full,
    'queue.ShutDown': ShutDown,
    'threading.BrokenBarrierError': BrokenBarrierError,
    'array.array': numbersOf,
    'multiprocessing.managers.Namespace': { rebuild: () => ({}), setState: Object.assign as (value: object) => void },
    'multiprocessing.managers.Value': { rebuild: () => ({}), setState: Object.assign as (value: object) => void },
  };
}

function rebuilt(site: Site, type: PyGlobal, { typeid, address, id }: Token, keywords: unknown): BaseProxy {
  const token = new Token(typeid, address, id);
  // proxies of the same server come over the connection by which it is reached, with its key
  const at = textOf(address) === textOf(site.address) ? site : siteOf(token);
  const known = pythonType(type.name);
  if (known !== undefined) return new known(token, { site: at });
  const exposed = (keywords as ReadonlyMap<string, readonly string[]>).get('exposed') ?? [];
  return AutoProxy.for(token, { site: at, exposed: [...exposed] });
}

function toPython(address: ConnectionAddress): unknown {
  return Array.isArray(address) ? PyTuple.from(address as readonly unknown[]) : address;
}

function fromPython(address: ConnectionAddress): ConnectionAddress {
  return Array.isArray(address) ? ([...(address as readonly unknown[])] as unknown as ConnectionAddress) : address;
}
