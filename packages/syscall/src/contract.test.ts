/** C++ and TypeScript agree: the same functions with the same number of arguments, the same layout of the shared memory. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { constants, memory, requiredConstants, syscalls } from './index.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('the addon has exactly the functions of the interface, each with its number of arguments', () => {
  const text = read('src/syscalls.ts');
  const body = text.slice(text.indexOf('export interface Syscalls'));
  const declared = [...body.matchAll(/^ {2}(\w+)\(([^)]*(?:\(\) => void)?)\):/gm)].map(([, name, parameters]) => [
    name,
    parameters?.trim() === '' ? 0 : [...(parameters ?? '').matchAll(/\w+: /g)].length,
  ]);
  const exported = Object.entries(syscalls)
    .filter(([, value]) => typeof value === 'function')
    .map(([name, value]) => [name, (value as () => void).length]);
  expect(Object.fromEntries(exported)).toEqual(Object.fromEntries(declared));
  expect(declared.length).toBeGreaterThan(25);
});

test('the shared memory has one layout on both sides', () => {
  const text = read('native/reactor.cc');
  const members = (name: string): string[] =>
    (new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(text)?.[1] ?? '').split(',').map((member) => member.trim());
  expect(members('Header')).toEqual([
    'kCount',
    'kCursor',
    'kSlabOffset',
    'kPending',
    'kInside',
    'kSpareCount',
    'kSpares',
    'kHeaderSize = 16',
  ]);
  expect([memory.COUNT, memory.CURSOR, memory.SLAB_OFFSET, memory.PENDING, memory.INSIDE]).toEqual([0, 1, 2, 3, 4]);
  expect([memory.SPARE_COUNT, memory.SPARES]).toEqual([5, 6]);
  expect(memory.RESULTS).toBe(16);
  expect(members('Row')).toEqual(['kWant', 'kState', 'kRowSize']);
  expect([memory.WANT, memory.STATE, memory.ROW_SIZE]).toEqual([0, 1, 2]);
  expect(members('State')).toEqual(['kReadable = 1', 'kWriteWait = 2', 'kEnded = 4', 'kDistrusted = 8']);
  expect([memory.READABLE, memory.WRITE_WAIT, memory.ENDED, memory.DISTRUSTED]).toEqual([1, 2, 4, 8]);
  expect(members('Operation')).toEqual(['kRead', 'kReadReady', 'kWriteReady', 'kResolved']);
  expect([memory.OP_READ, memory.OP_READ_READY, memory.OP_WRITE_READY, memory.OP_RESOLVED]).toEqual([0, 1, 2, 3]);
  expect(members('Kind')).toEqual(['kTcp', 'kUnixStream', 'kOther']);
  expect([memory.KIND_TCP, memory.KIND_UNIX_STREAM, memory.KIND_OTHER]).toEqual([0, 1, 2]);
  expect(text).toContain(`kLend = 1 << 30;`);
  expect(memory.LEND).toBe(2 ** 30);
  expect(text).toContain(`kSparePlaces = ${memory.SPARE_PLACES};`);
  expect(text).toContain(`kMostEvents = 256;`);
  expect(text).toContain(`kMostResults = 2 * kMostEvents;`);
  expect(text).toContain(`kResultSize = ${memory.RESULT_SIZE};`);
  expect(memory.ROWS).toBe(memory.RESULTS + 512 * memory.RESULT_SIZE);
});

test('every required constant has a value, and the generated files are up to date', () => {
  for (const name of requiredConstants) expect(constants[name], name).toBeTypeOf('number');
  const script = join(root, '../../scripts/generate-constants.ts');
  execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' });
});
