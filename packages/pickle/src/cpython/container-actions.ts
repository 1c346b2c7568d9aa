/** The opcodes of the stack, the memo and the containers. */
import { put } from '../steps.ts';
import { parseInteger } from './integer.ts';
import { isPlain } from './known.ts';
import type { Actions, Machine } from './machine.ts';
import { op } from './opcodes.ts';
import { PyFrozenSet, PyTuple } from './python-types.ts';
import { emptyDict } from './standard.ts';

/** What empty containers and their entries take in V8 on 64 bits. */
const cost = { array: 32, tuple: 64, collection: 192, entry: 56 } as const;

export const containerActions: Actions = {
  [op.MARK]: (machine) => machine.mark(),
  [op.POP]: (machine) => machine.drop(),
  [op.POP_MARK]: (machine) => void machine.popMark(),
  [op.DUP]: (machine) => machine.push(machine.top()),

  [op.MEMOIZE]: (machine) => machine.memoize(),
  [op.BINPUT]: (machine) => machine.store(machine.input.u8()),
  [op.LONG_BINPUT]: (machine) => machine.store(machine.input.u32()),
  [op.PUT]: (machine) => machine.store(indexLine(machine)),
  [op.BINGET]: (machine) => machine.recall(machine.input.u8()),
  [op.LONG_BINGET]: (machine) => machine.recall(machine.input.u32()),
  [op.GET]: (machine) => machine.recall(indexLine(machine)),

  [op.EMPTY_TUPLE]: (machine) => pushTuple(machine, []),
  [op.TUPLE1]: (machine) => pushTuple(machine, machine.take(1)),
  [op.TUPLE2]: (machine) => pushTuple(machine, machine.take(2)),
  [op.TUPLE3]: (machine) => pushTuple(machine, machine.take(3)),
  [op.TUPLE]: (machine) => pushTuple(machine, machine.popMark()),

  [op.EMPTY_LIST]: (machine) => pushNew(machine, [], cost.array),
  [op.LIST]: (machine) => pushNew(machine, machine.popMark(), cost.array),
  [op.APPEND]: (machine) => append(machine, [machine.pop()]),
  [op.APPENDS]: (machine) => append(machine, machine.popMark()),

  [op.EMPTY_DICT]: (machine) => pushNew(machine, emptyDict(machine.how), cost.collection),
  [op.DICT]: pushDict,
  [op.SETITEM]: (machine) => setItems(machine, machine.take(2)),
  [op.SETITEMS]: (machine) => setItems(machine, machine.popMark()),

  [op.EMPTY_SET]: (machine) => pushNew(machine, new Set(), cost.collection),
  [op.ADDITEMS]: (machine) => addItems(machine, machine.popMark()),
  [op.FROZENSET]: pushFrozenSet,
};

function pushNew(machine: Machine, value: object, bytes: number): void {
  machine.spend(bytes);
  machine.push(value);
}

function pushTuple(machine: Machine, items: readonly unknown[]): void {
  machine.spend(cost.tuple);
  const tuple = new PyTuple();
  for (const item of items) tuple.push(item);
  machine.push(tuple);
}

function append(machine: Machine, items: readonly unknown[]): void {
  const list = machine.top();
  if (!Array.isArray(list) || list instanceof PyTuple) throw machine.error('it appends to what is no list');
  for (const item of items) list.push(item);
}

function pushDict(machine: Machine): void {
  const items = machine.popMark();
  pushNew(machine, emptyDict(machine.how), cost.collection);
  setItems(machine, items);
}

function setItems(machine: Machine, items: readonly unknown[]): void {
  const dict = machine.top();
  if (items.length % 2 !== 0) throw machine.error('a dict has a key without a value');
  machine.spend((cost.entry * items.length) / 2);
  if (dict instanceof Map) for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  else if (isPlain(dict)) for (let i = 0; i < items.length; i += 2) put(dict, textKey(machine, items[i]), items[i + 1]);
  else throw machine.error('it sets an item of what is no dict');
}

function textKey(machine: Machine, key: unknown): string {
  if (typeof key === 'string') return key;
  throw machine.error("a dict has a key that is no str, which no object can have: load it with `dict: 'map'`");
}

function addItems(machine: Machine, items: readonly unknown[]): void {
  const set = machine.top();
  if (!(set instanceof Set) || set instanceof PyFrozenSet) throw machine.error('it adds to what is no set');
  machine.spend(cost.entry * items.length);
  for (const item of items) set.add(item);
}

function pushFrozenSet(machine: Machine): void {
  const items = machine.popMark();
  machine.spend(cost.collection + cost.entry * items.length);
  machine.push(new PyFrozenSet(items));
}

function indexLine(machine: Machine): number {
  const index = parseInteger(machine.input.line());
  if (typeof index !== 'number') throw machine.error('its line is no number of a place in the memo');
  return index;
}
