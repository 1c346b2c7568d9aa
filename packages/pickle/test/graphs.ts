/** Values of every kind that can be sent, with shared parts and cycles; and whether two of them are of one shape. */
import { types } from 'node:util';
import fc from 'fast-check';
import { apply, arrow, Point, work } from './targets.ts';

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({ maxDepth: 0, withBigInt: true, withDate: true, withTypedArray: true, withBoxedValues: true }),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom<() => unknown>(
      () => work,
      () => arrow,
      () => Point,
      () => Map,
      () => /a+/g,
      () => new ArrayBuffer(3),
    )
    .map((make) => make()),
  fc.record({ x: fc.double(), y: fc.double() }).map(({ x, y }) => new Point(x, y)),
);

const kinds = ['array', 'object', 'map', 'set', 'error', 'pair'] as const;
const node = fc.record({
  kind: fc.constantFrom(...kinds),
  key: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString')),
  leaves: fc.array(leaf, { maxLength: 3 }),
  edges: fc.array(fc.nat(), { maxLength: 3 }),
});

/** Objects that refer to each other in any way. */
export const graph: fc.Arbitrary<unknown> = fc.array(node, { minLength: 1, maxLength: 8 }).map((nodes) => {
  const objects = nodes.map(({ kind }): unknown =>
    kind === 'array'
      ? []
      : kind === 'map'
        ? new Map()
        : kind === 'set'
          ? new Set()
          : kind === 'error'
            ? new RangeError(kind)
            : {},
  );
  for (const [at, { key, leaves, edges }] of nodes.entries()) {
    const parts = [...leaves, ...edges.map((edge) => objects[edge % objects.length])];
    for (const [index, part] of parts.entries()) add(objects[at] as object, `${key}${index || ''}`, part);
  }
  return objects[0];
});

function add(container: object, key: string, part: unknown): void {
  if (Array.isArray(container)) container.push(part);
  else if (container instanceof Set) container.add(part);
  else if (container instanceof Map) container.set(container.size % 2 ? part : key, part);
  else if (!(container instanceof Error) || !(key in container))
    Object.defineProperty(container, key, { value: part, enumerable: true, writable: true, configurable: true });
}

/** Whether two values are equal, the same parts being shared in both. */
export function isSame(a: unknown, b: unknown, met: Map<object, unknown> = new Map<object, unknown>()): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return Object.is(a, b);
  if (met.has(a)) return met.get(a) === b;
  met.set(a, b);
  return (
    Object.getPrototypeOf(a) === Object.getPrototypeOf(b) &&
    isSameList(Object.entries(a).flat(), Object.entries(b).flat(), met) &&
    isSameList(contentOf(a), contentOf(b), met)
  );
}

function isSameList(a: readonly unknown[], b: readonly unknown[], met: Map<object, unknown>): boolean {
  return a.length === b.length && a.every((item, index) => isSame(item, b[index], met));
}

/** What is inside an object, beside its fields. */
function contentOf(value: object): readonly unknown[] {
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  if (value instanceof Error) return [value.message, value.stack];
  if (value instanceof ArrayBuffer) return [...new Uint8Array(value)];
  if (value instanceof RegExp || value instanceof Date) return [String(value), apply(Number, value)];
  return types.isBoxedPrimitive(value) ? [value.valueOf()] : [];
}
