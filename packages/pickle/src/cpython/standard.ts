/** What is allowed from the start: classes of Python's library that hold data and nothing else. */
import { datetime } from './date.ts';
import { type Entry, type Form, type How, isPlain, opaque } from './known.ts';
import { PyByteArray, PyFrozenSet, PyObject, PyTuple } from './python-types.ts';

/** What may be named: what a defaultdict makes, say. */
const named = ['Ellipsis', 'NotImplemented', 'int', 'float', 'str', 'bool'];

/** Without counterpart here. They arrive as PyObject and go back unchanged. */
const kept = [
  'builtins.complex',
  'builtins.object',
  'builtins.range',
  'builtins.slice',
  'datetime.date',
  'datetime.time',
  'datetime.timedelta',
  'datetime.timezone',
  'decimal.Decimal',
  'fractions.Fraction',
  'uuid.UUID',
];

/** `copyreg`'s functions, by which older protocols say NEWOBJ. */
const newObject: Form = { target: ([type, ...args]) => [type, args] };
const reconstructor: Form = {
  target([type, base, state]) {
    if (String(base) !== 'builtins.object')
      throw new TypeError('its class extends a builtin type: dump it with protocol 2 or later');
    return [type, state === null ? [] : [state]];
  },
};

export const standard: readonly Entry[] = [
  ...named.map((name): Entry => [`builtins.${name}`, {}]),
  ...kept.map((path): Entry => [path, opaque(PyObject)]),
  ['builtins.bytes', { call: bytesOf }],
  ['builtins.bytearray', { call: (args, { exact }) => (exact ? new PyByteArray(bytesOf(args)) : bytesOf(args)) }],
  ['_codecs.encode', { call: encode }],
  ['builtins.list', { call: ([items]) => itemsOf(items) }],
  ['builtins.tuple', { call: ([items]) => PyTuple.from(itemsOf(items)) }],
  ['builtins.set', { call: ([items]) => new Set(itemsOf(items)) }],
  ['builtins.frozenset', { call: ([items]) => new PyFrozenSet(itemsOf(items)) }],
  ['builtins.dict', { call: dictOf }],
  ['collections.OrderedDict', { call: (_args, how) => emptyDict(how) }],
  ['collections.defaultdict', { call: (_args, how) => emptyDict(how) }],
  ['collections.Counter', { call: dictOf }],
  ['collections.deque', { call: ([items]) => itemsOf(items) }],
  ['datetime.datetime', datetime],
  ['copyreg.__newobj__', newObject],
  ['copyreg._reconstructor', reconstructor],
];

export function emptyDict({ dict }: How): object {
  return dict === 'map' ? new Map() : {};
}

function dictOf([dict]: readonly unknown[], how: How): object {
  if (dict === undefined) return emptyDict(how);
  if (dict instanceof Map || isPlain(dict)) return dict;
  throw new TypeError('it is made of a dict only');
}

/** How protocols before 3 say bytes: `_codecs.encode('…', 'latin1')`. */
function encode([text, encoding]: readonly unknown[]): Buffer {
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1'))
    throw new TypeError('only bytes may be made with it: a str, and latin1');
  return Buffer.from(text, 'latin1');
}

/** Python 3.7 and older say `bytearray('…', 'latin-1')` in protocols before 3. */
function bytesOf([value, encoding]: readonly unknown[]): Buffer {
  if (value === undefined) return Buffer.alloc(0);
  if (encoding !== undefined) return encode([value, encoding]);
  if (!Buffer.isBuffer(value)) throw new TypeError('it is made of bytes only');
  return Buffer.from(value);
}

/** The items of what came: a new array. */
function itemsOf(value: unknown = []): unknown[] {
  if (!Array.isArray(value) && !(value instanceof Set)) throw new TypeError('it is made of a list, tuple or set only');
  return Array.from(value as Iterable<unknown>);
}
