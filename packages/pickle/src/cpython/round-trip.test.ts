/** Any value survives python3, and any value of python3 survives us: with its types, order, identity. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { Python } from '../../test/python.ts';
import { dump, load, PyByteArray, PyFloat, PyFrozenSet, PyTuple } from './index.ts';

const python = new Python();
afterAll(() => python[Symbol.asyncDispose]());

const isSentAsInt = (value: number): boolean => Number.isSafeInteger(value) && !Object.is(value, -0);

/** Also half of a surrogate pair. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
);
const buffer = fc.uint8Array().map((bytes) => Buffer.from(bytes));
/** Equal for Python exactly if they are equal here. */
const key = fc.oneof(
  text,
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 200n }),
  text.map((word) => PyTuple.of(word, null)),
);
const distinct = {
  selector: (key: unknown) =>
    JSON.stringify(key, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)),
};
const keys = fc.uniqueArray(key, { maxLength: 5, ...distinct });

const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.bigInt({ min: 2n ** 53n }),
    fc.bigInt({ max: -(2n ** 53n) }),
    fc.double().map((value) => (isSentAsInt(value) ? new PyFloat(value) : value)),
    text,
    buffer,
    buffer.map((bytes) => new PyByteArray(bytes)),
    fc.array(tie('value')),
    fc.array(tie('value')).map((items) => PyTuple.from(items)),
    fc
      .tuple(keys, fc.array(tie('value'), { minLength: 5, maxLength: 5 }))
      .map(([keys, items]) => new Map(keys.map((key, i) => [key, items[i]]))),
    keys.map((items) => new Set(items)),
    keys.map((items) => new PyFrozenSet(items)),
  ),
}));

/** An expression of Python. Where it has two halves of a surrogate pair side by side, there is one character here. */
const pythonText = text.map((word) => `"${Array.from(word, escape).join('')}"`);
const escape = (character: string): string =>
  String.raw`\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
const pythonKey = fc.oneof(
  pythonText,
  fc.bigInt().map(String),
  pythonText.map((word) => `(${word}, None)`),
);
const list = (items: readonly string[]): string => items.join(', ');
const { code: anyCode } = fc.letrec<{ code: string }>((tie) => ({
  code: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'None',
      'True',
      'False',
      '...',
      '2.0',
      '-0.0',
      'float("nan")',
      'float("-inf")',
      '()',
      '[]',
      '{}',
      'set()',
    ),
    fc.constantFrom(
      '2**31',
      '-2**31',
      '-2**31-1',
      '2**53',
      '2**63',
      '-2**63',
      '2**64',
      '256**255',
      '256**256',
      '10**2000',
    ),
    fc.constantFrom('decimal.Decimal("1.10")', 'complex(1, -0.0)', 'uuid.UUID(int=7)', 'datetime.datetime(2026, 1, 1)'),
    fc.constantFrom(
      'datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)',
      'ValueError("x", 1)',
      'OSError(2, "n", "f")',
    ),
    fc.bigInt().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => `float("${value}")`),
    pythonText,
    fc.uint8Array().map((bytes) => `bytes([${list([...bytes].map(String))}])`),
    fc.uint8Array().map((bytes) => `bytearray([${list([...bytes].map(String))}])`),
    fc.array(tie('code')).map((items) => `[${list(items)}]`),
    fc.array(tie('code')).map((items) => (items.length === 1 ? `(${items[0]},)` : `(${list(items)})`)),
    fc
      .array(fc.tuple(pythonKey, tie('code')))
      .map((entries) => `{${list(entries.map(([key, item]) => `${key}: ${item}`))}}`),
    fc.array(pythonKey).map((items) => `set([${list(items)}])`),
    fc.array(pythonKey).map((items) => `frozenset([${list(items)}])`),
  ),
}));

const protocol = fc.constantFrom(0, 1, 2, 3, 4, 5);
const ours = fc.constantFrom(4 as const, 5 as const);

describe('round trips', () => {
  test('a value that went to Python and back is the same', async () => {
    await fc.assert(
      fc.asyncProperty(anyValue, ours, protocol, async (value, sent, back) => {
        expect(load(await python.echo(dump(value, { protocol: sent }), back), { exact: true })).toStrictEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  test('a value of Python that came here and went back is the same', async () => {
    await fc.assert(
      fc.asyncProperty(anyCode, protocol, ours, async (code, sent, back) => {
        const value = load(await python.dumps(`value = ${code}`, sent), { exact: true });
        expect(await python.shown(dump(value, { protocol: back }))).toBe(await python.show(`value = ${code}`));
      }),
      { numRuns: 1000 },
    );
  });

  test('without exact it means the same, but for the types that are one here', async () => {
    await fc.assert(
      fc.asyncProperty(anyValue, async (value) => {
        const back = load(await python.echo(dump(value)));
        expect(load(dump(back))).toStrictEqual(back);
      }),
      { numRuns: 200 },
    );
  });

  test('any graph keeps its identity', async () => {
    const edges = fc.integer({ min: 1, max: 12 }).chain((size) =>
      fc.array(fc.record({ isDict: fc.boolean(), to: fc.array(fc.nat(size - 1), { maxLength: 6 }) }), {
        minLength: size,
        maxLength: size,
      }),
    );
    const describeGraph = `places = {id(node): i for i, node in enumerate(value)}
value = [[places[id(n)] for n in (node.values() if isinstance(node, dict) else node)] for node in value]`;
    await fc.assert(
      fc.asyncProperty(edges, protocol, async (graph, protocol) => {
        const nodes = graph.map(({ isDict }) => (isDict ? new Map<number, unknown>() : []));
        for (const [i, { to }] of graph.entries())
          for (const [at, target] of to.entries()) {
            const node = nodes[i];
            if (node instanceof Map) node.set(at, nodes[target]);
            else node?.push(nodes[target] as never);
          }
        const bytes = dump(nodes);
        const expected = `list(${graph.map(({ to }) => `list(${to.join(', ')})`).join(', ')})`;
        expect(await python.shown(bytes, describeGraph)).toBe(expected);
        const back = load(await python.echo(bytes, protocol)) as (Map<number, unknown> | unknown[])[];
        expect(back.map((node) => [...node.values()].map((target) => back.indexOf(target as never)))).toEqual(
          graph.map(({ to }) => to),
        );
      }),
      { numRuns: 300 },
    );
  });
});

/** Those of pyenv, where it is used; protocol 5 came with 3.8. */
const root = spawnSync('pyenv', ['root'], { encoding: 'utf8' }).stdout?.trim();
const versions = root
  ? globSync('3.*/bin/python3', { cwd: join(root, 'versions') }).filter((path) => !/^3\.[0-7]\./.test(path))
  : [];

describe.skipIf(versions.length === 0)('every Python 3 of this machine', () => {
  test.each(versions)('%s', async (version) => {
    await using peer = new Python(join(root, 'versions', version));
    await fc.assert(
      fc.asyncProperty(anyValue, anyCode, protocol, ours, async (value, code, theirs, sent) => {
        expect(load(await peer.echo(dump(value, { protocol: sent }), theirs), { exact: true })).toStrictEqual(value);
        const back = dump(load(await peer.dumps(`value = ${code}`, theirs), { exact: true }), { protocol: sent });
        expect(await peer.shown(back)).toBe(await peer.show(`value = ${code}`));
      }),
      { numRuns: 100 },
    );
  });
});
