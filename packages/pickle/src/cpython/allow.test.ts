/** The allow-list: classes of users, and those of multiprocessing's managers. */
import { afterAll, describe, expect, test } from 'vitest';
import { ValueError } from '@p8/errors';
import { UnpicklingError } from '@p8/pickle';
import { Python } from '../../test/python.ts';
import { allow, type AllowList, dump, load, PyGlobal, PyObject, PyTuple } from './index.ts';

const python = new Python();
afterAll(() => python[Symbol.asyncDispose]());

class Point {
  x = 0;
  y = 0;
  declare other?: unknown;
  constructor(...args: readonly unknown[]) {
    if (args.length > 0) throw new Error('constructors do not run');
  }
  set speed(_: unknown) {
    throw new Error('setters do not run');
  }
}

class Pair {
  readonly left: unknown;
  readonly right: unknown;
  constructor(left: unknown, right: unknown) {
    this.left = left;
    this.right = right;
  }
}

class Slotted {
  declare a?: unknown;
  declare b?: unknown;
}
class Stack extends Array<unknown> {}
class Table extends Map<unknown, unknown> {}
class BadPort extends ValueError {
  readonly port: number;
  constructor(port: number) {
    super(`bad port ${port}`);
    this.port = port;
  }
}

const shapes: AllowList = {
  'shapes.Point': Point,
  'shapes.Slotted': Slotted,
  'shapes.Stack': Stack,
  'shapes.Table': Table,
  'shapes.Pair': { type: Pair, reduce: (pair: Pair) => [pair.left, pair.right] },
  'shapes.BadPort': { type: BadPort, reduce: (error: BadPort) => [error.port] },
  'shapes:Outer.Inner': PyObject,
};

describe('a class with fields', () => {
  test('goes both ways by its fields, without its constructor', async () => {
    const value = load(await python.dumps('value = shapes.Point(1, [2])'), { allow: shapes });
    expect(value).toBeInstanceOf(Point);
    expect(value).toEqual(Object.assign(new Point(), { x: 1, y: [2] }));
    expect(await python.shown(dump(value, { allow: shapes }))).toBe("Point(dict('x': 1, 'y': list(2)))");
  });

  test('keeps cycles and shared objects', async () => {
    const bytes = await python.dumps('value = shapes.Point(1, 2); value.other = [value, value]');
    const value = load(bytes, { allow: shapes }) as Point;
    expect(value.other).toEqual([value, value]);
    expect(await python.shown(dump(value, { allow: shapes }), 'value = value.other[0] is value')).toBe('True');
  });

  test('no state runs a setter or changes what the object is', async () => {
    const bytes = await python.dumps(
      'value = shapes.Point(1, 2); vars(value).update(speed=1, __proto__={}, constructor=1)',
    );
    const value = load(bytes, { allow: shapes }) as Point;
    expect(Object.getPrototypeOf(value)).toBe(Point.prototype);
    expect(Object.keys(value).toSorted()).toEqual(['__proto__', 'constructor', 'speed', 'x', 'y']);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  test.each([0, 1, 2, 3, 4, 5])('slots, lists, dicts and named tuples in protocol %i', async (protocol) => {
    const get = async (code: string) => load(await python.dumps(`value = ${code}`, protocol), { allow: shapes });
    expect(await get('shapes.Point(1, 2)')).toStrictEqual(Object.assign(new Point(), { x: 1, y: 2 }));
    expect(await get('shapes.BadPort(7)')).toMatchObject({ port: 7, message: 'bad port 7' });
    if (protocol < 2) {
      await expect(get('shapes.Stack([1])')).rejects.toThrow(
        'extends a builtin type: dump it with protocol 2 or later',
      );
      return;
    }
    expect(await get('shapes.Pair(1, 2)')).toStrictEqual(new Pair(1, 2));
    const slotted = 's = shapes.Slotted(); s.a, s.b = 1, 2; value = s';
    expect(load(await python.dumps(slotted, protocol), { allow: shapes })).toEqual(
      Object.assign(new Slotted(), { a: 1, b: 2 }),
    );
    expect(await get('shapes.Stack([1, 2])')).toStrictEqual(Stack.of(1, 2));
    expect(await get('shapes.Table(a=1)')).toStrictEqual(new Table([['a', 1]]));
  });

  test('what goes back is of its class', async () => {
    const kinds =
      'value = [type(v).__name__ for v in value] + [value[0][0], value[1]["a"], value[2].left, value[3].args[0]]';
    const value = [Stack.of(1), new Table([['a', 2]]), new Pair(3, 4), new BadPort(7)];
    expect(await python.shown(dump(value, { allow: shapes }), kinds)).toBe(
      "list('Stack', 'Table', 'Pair', 'BadPort', 1, 2, 3, 7)",
    );
  });

  test('PyObject keeps an object as it is', async () => {
    const bytes = await python.dumps('value = shapes.Outer.Inner(1, 2)');
    const value = load(bytes, { allow: shapes }) as PyObject;
    expect(value.state).toEqual(
      new Map([
        ['x', 1],
        ['y', 2],
      ]),
    );
    expect(await python.shown(dump(value))).toBe("Inner(dict('x': 1, 'y': 2))");
    expect(await python.shown(dump([value, value]), 'value = value[0] is value[1]')).toBe('True');
  });
});

describe('an entry', () => {
  test('may be a function, which gets the arguments', async () => {
    const bytes = await python.dumps('value = [decimal.Decimal("1.5")]');
    expect(load(bytes, { allow: { 'decimal.Decimal': (text: string) => Number(text) } })).toEqual([1.5]);
  });

  test('may say how a class takes and gives its state', async () => {
    class Temperature {
      #kelvin = 0;
      get kelvin(): number {
        return this.#kelvin;
      }
      set(kelvin: number): this {
        this.#kelvin = kelvin;
        return this;
      }
    }
    const allow: AllowList = {
      'shapes.Point': {
        type: Temperature,
        rebuild: () => new Temperature(),
        getState: (value: Temperature) => ({ x: value.kelvin }),
        setState: (value: Temperature, state) => void value.set((state as Map<string, number>).get('x') ?? 0),
      },
    };
    const value = load(await python.dumps('value = shapes.Point(273, 0)'), { allow }) as Temperature;
    expect(value.kelvin).toBe(273);
    expect(await python.shown(dump(value, { allow }))).toBe("Point(dict('x': 273))");
  });

  test('of allow() counts in every call, and one of a call before it', async () => {
    class Global {
      readonly field = 1;
    }
    allow({ 'shapes.Secret': Global });
    const bytes = await python.dumps('value = shapes.Secret("s")');
    expect(load(bytes)).toBeInstanceOf(Global);
    expect(load(bytes, { allow: { 'shapes.Secret': (text: string) => text } })).toBe('s');
    expect(await python.shown(dump(Global))).toBe("<class 'shapes.Secret'>");
  });

  test('of a class with several names is sent as the first', async () => {
    const names: AllowList = { 'shapes.Table': Table, 'shapes.Outer': Table };
    expect(await python.shown(dump(new Table(), { allow: names }), 'value = type(value)')).toBe(
      "<class 'shapes.Table'>",
    );
  });

  test('that fails says of which class', async () => {
    const bytes = await python.dumps('value = [shapes.Point(1, 2)]');
    const failing = (entry: AllowList[string]) => () => load(bytes, { allow: { 'shapes.Point': entry } });
    const fails = () => {
      throw new ValueError('too warm');
    };
    expect(failing({ rebuild: fails })).toThrow(UnpicklingError);
    expect(failing({ rebuild: fails })).toThrow(/offset \d+: shapes\.Point cannot be made: too warm$/);
    expect(failing({ type: Point, setState: fails })).toThrow('shapes.Point cannot be made: too warm');
    expect(failing(() => 5)).toThrow('it gives a state to what takes none');
    expect(failing(PyGlobal)).toThrow('shapes.Point cannot be made: it may be named only');
  });

  test('that makes no sense is refused', () => {
    expect(() => allow({ Point })).toThrow("allow: 'Point' has no module: write it as 'module.Point'");
    expect(() => allow({ 'shapes.Point': 'Point' as unknown as typeof Point })).toThrow(TypeError);
    expect(() => allow({ 'shapes.Point': { type: 5 as unknown as typeof Point } })).toThrow('must be a class');
    expect(() => allow({ 'shapes.Point': {} })).toThrow("allow: 'shapes.Point' must have a `type` or a `rebuild`");
    expect(() => allow({ 'shapes.Point': { rebuild: Array, reduce: () => [] } })).toThrow(
      'without the `type` it is for',
    );
    expect(() => allow(null as unknown as AllowList)).toThrow('allow: the list must be an object');
    const wrong: AllowList = { 'shapes.Pair': { type: Pair, reduce: (() => 5) as unknown as () => [] } };
    expect(() => dump([new Pair(1, 2)], { allow: wrong })).toThrow("value[0]: the `reduce` of 'shapes.Pair' on the");
  });
});

describe("what multiprocessing's managers send", () => {
  class Token {
    typeid = '';
    address: unknown;
    id = '';
  }
  class RemoteError extends Error {}
  class Empty extends Error {}
  class Proxy {
    readonly type: PyGlobal;
    readonly token: Token;
    constructor(type: PyGlobal, token: Token) {
      this.type = type;
      this.token = token;
    }
  }
  const managers: AllowList = {
    'multiprocessing.managers.Token': {
      type: Token,
      getState: ({ typeid, address, id }: Token) => PyTuple.of(typeid, address, id),
      setState: (token: Token, state) => {
        const [typeid, address, id] = state as [string, unknown, string];
        Object.assign(token, { typeid, address, id });
      },
    },
    'multiprocessing.managers.RemoteError': RemoteError,
    '_queue.Empty': Empty,
    'queue.Empty': Empty,
    'multiprocessing.managers.ListProxy': PyGlobal,
    'multiprocessing.managers.RebuildProxy': (type: PyGlobal, token: Token) => new Proxy(type, token),
    'multiprocessing.process.AuthenticationString': (bytes: Buffer) => bytes,
  };

  test('tokens, both ways', async () => {
    const code =
      'from multiprocessing.managers import Token; value = ("#PROXY", (("a", "b"), Token("list", ("h", 5), "7f")))';
    const [kind, [exposed, token]] = load(await python.dumps(code), { allow: managers }) as [string, [string[], Token]];
    expect([kind, [...exposed], token.typeid, token.id]).toEqual(['#PROXY', ['a', 'b'], 'list', '7f']);
    expect(token.address).toStrictEqual(PyTuple.of('h', 5));
    expect(
      await python.shown(
        dump(token, { allow: managers }),
        'value = [type(value).__name__, value.typeid, value.address, value.id]',
      ),
    ).toBe("list('Token', 'list', tuple('h', 5), '7f')");
  });

  test('errors, and those of queues under both their names', async () => {
    const code =
      'import queue; from multiprocessing.managers import RemoteError; value = [("#ERROR", queue.Empty()), ("#ERROR", queue.Full() and RemoteError("trace"))]';
    const [[, empty], [, remote]] = load(await python.dumps(code), { allow: managers }) as [
      [string, Error],
      [string, Error],
    ];
    expect(empty).toBeInstanceOf(Empty);
    expect(remote).toBeInstanceOf(RemoteError);
    expect(remote.message).toBe('trace');
    expect(
      await python.shown(
        dump([new Empty(), new RemoteError('x')], { allow: managers }),
        'import queue; value = [isinstance(value[0], queue.Empty), type(value[1]).__name__, value[1].args]',
      ),
    ).toBe("list(True, 'RemoteError', tuple('x'))");
  });

  test('a proxy in a reply, and a key among arguments', async () => {
    const code = `import multiprocessing
from multiprocessing import managers, process
manager = managers.SyncManager(); manager.start()
value = manager.list([1])
process.current_process()
context = multiprocessing.context.set_spawning_popen
context(object())
try: data = pickle.dumps([value, process.AuthenticationString(b'key')])
finally: context(None)
value = data`;
    const data = load(await python.dumps(code)) as Buffer;
    const [proxy, key] = load(data, { allow: managers }) as [Proxy, Buffer];
    expect(proxy).toBeInstanceOf(Proxy);
    expect([String(proxy.type), proxy.token.typeid]).toEqual(['multiprocessing.managers.ListProxy', 'list']);
    expect(key).toEqual(Buffer.from('key'));
  });

  test('requests of a client arrive in Python as it expects them', async () => {
    const request = dump(PyTuple.of(null, 'create', PyTuple.of('dict', new Map([['a', 1]])), {}));
    expect(await python.shown(request)).toBe("tuple(None, 'create', tuple('dict', dict('a': 1)), dict())");
  });
});
