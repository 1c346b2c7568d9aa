import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, expect, test, vi } from 'vitest';
import { FileExistsError, FileNotFoundError, IndexError, OSError, RuntimeError, ValueError } from '@p8/errors';
import { Pipe } from '../connection/pipe.ts';
import { checkLeftovers } from '../../test/leftovers.ts';
import { ShareableList } from './shareable-list.ts';
import type { Shareable } from './shareable-list.ts';
import { SharedMemory } from './shared-memory.ts';

// the first name starts the shell that keeps the list of them
beforeAll(() => made(1).unlink());
checkLeftovers();

function made(size: number): SharedMemory {
  return new SharedMemory({ create: true, size });
}

/** Runs a line of Python with CPython's own shared memory; `name` is its argument. */
function python(line: string, name: string): string {
  const code = `
import sys
from multiprocessing import resource_tracker, shared_memory
from multiprocessing.shared_memory import SharedMemory, ShareableList
name = sys.argv[1]
resource_tracker.unregister = resource_tracker.register = lambda *_: None
${line}`;
  return execFileSync('python3', ['-c', code, name], { encoding: 'utf8' }).trim();
}

test('what one maps the other sees, and the name is gone after unlink', () => {
  using a = made(10);
  using b = new SharedMemory({ name: a.name });
  expect([a.size, b.size, a.buf.length]).toEqual([10, 10, 10]);
  b.buf[0] = 7;
  expect(a.buf[0]).toBe(7);
  a.unlink();
  expect(a.buf[0]).toBe(7);
  expect(() => new SharedMemory({ name: a.name })).toThrow(FileNotFoundError);
  expect(() => a.unlink()).toThrow(FileNotFoundError);
});

test('once it is closed every view of it is empty, and it stays for others', () => {
  using a = made(8);
  const b = new SharedMemory({ name: a.name });
  const view = b.buf.subarray(2);
  b.close();
  b.close();
  expect([b.closed, view.length]).toEqual([true, 0]);
  expect(() => b.buf).toThrow(RuntimeError);
  a.buf[2] = 1;
  expect(a.buf[2]).toBe(1);
  a.unlink();
});

test.each([
  [{}, "'name' can only be None if create=True"],
  [{ create: true }, "'size' must be a positive number different from zero"],
  [{ create: true, size: -1 }, "'size' must be a positive integer"],
  [{ name: 'a/b' }, 'without a slash'],
  [{ name: '' }, 'without a slash'],
  [{ name: '..' }, 'without a slash'],
])('%j is refused', (options, message) => {
  expect(() => new SharedMemory(options)).toThrow(ValueError);
  expect(() => new SharedMemory(options)).toThrow(message);
});

test('a name that is taken is refused, and what has no room leaves nothing behind', () => {
  using a = made(1);
  expect(() => new SharedMemory({ name: a.name, create: true, size: 1 })).toThrow(FileExistsError);
  a.unlink();
  const before = readdirSync('/dev/shm');
  expect(() => made(2 ** 50)).toThrow(OSError);
  expect(readdirSync('/dev/shm')).toEqual(before);
});

test('it goes to another process by its name', async () => {
  const [here, there] = Pipe<SharedMemory>();
  using memory = made(4);
  await here.send(memory);
  using got = await there.recv();
  got.buf[3] = 9;
  expect([memory.buf[3], got.name]).toEqual([9, memory.name]);
  memory.unlink();
  here.close();
  there.close();
});

test('Python maps what is made here, and the other way round', () => {
  using memory = made(100);
  memory.buf.set(Buffer.from('hello'));
  expect(
    python('m = SharedMemory(name); print(bytes(m.buf[:5]).decode()); m.buf[0] = 74; m.close()', memory.name),
  ).toBe('hello');
  expect(String.fromCharCode(memory.buf[0] as number)).toBe('J');
  memory.unlink();
  const name = `p8-python-${process.pid}`;
  python('m = SharedMemory(name, create=True, size=10); m.buf[0] = 42; m.close()', name);
  using theirs = new SharedMemory({ name });
  expect(theirs.buf[0]).toBe(42);
  theirs.unlink();
});

test.each(['end', 'SIGKILL'])('names of a process are gone after its %s', async (how) => {
  const program = fileURLToPath(new URL('../../test/makes-memory.ts', import.meta.url));
  const child = spawn(process.execPath, ['-C', '@p8/source', program, how], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const paths = String(line)
    .trim()
    .split(' ')
    .map((name) => `/dev/shm/${name}`);
  expect(paths.length).toBe(3);
  if (how !== 'end') child.kill('SIGKILL');
  await once(child, 'close');
  await vi.waitFor(() => expect(paths.filter((path) => existsSync(path))).toEqual([]), { timeout: 10_000 });
});

const shareable: fc.Arbitrary<Shareable> = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noInteger: true }),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
);

test('a list gives back what was put into it, also to who attaches', () => {
  fc.assert(
    fc.property(fc.array(shareable, { maxLength: 12 }), (items) => {
      using list = new ShareableList(items);
      using other = new ShareableList(undefined, { name: list.shm.name });
      expect([...other]).toEqual(items);
      expect(other.length).toBe(items.length);
      list.shm.unlink();
    }),
    { numRuns: 50 },
  );
});

test('an item may change its type, but not its room', () => {
  using list = new ShareableList(['ab', 1, null, 2.5, true, Buffer.from('x\0')]);
  expect([...list]).toEqual(['ab', 1, null, 2.5, true, Buffer.from('x\0')]);
  expect(list.format).toBe('8sqxxxxxx?xdxxxxxxx?2s');
  list.set(0, 99);
  expect([list.get(0), list.get(-1), list.format]).toEqual([99, Buffer.from('x\0'), 'qqxxxxxx?xdxxxxxxx?2s']);
  list.set(0, 'eightlen');
  expect(list.get(0)).toBe('eightlen');
  expect(() => list.set(0, 'x'.repeat(9))).toThrow(new ValueError('bytes/str item exceeds available storage'));
  expect(() => list.get(9)).toThrow(new IndexError('index out of range'));
  expect(() => list.set(-7, 1)).toThrow(IndexError);
  expect([list.index(true), list.count(1), list.count(1n), list.count(Buffer.from('x\0'))]).toEqual([4, 1, 1, 1]);
  expect(() => list.index('none')).toThrow(ValueError);
  expect(() => new ShareableList([[1]] as never)).toThrow(TypeError);
  list.shm.unlink();
});

test('Python reads and changes a list, and the other way round', () => {
  using list = new ShareableList(['ab', 1, null, 2.5, true, Buffer.from('xyz'), 2n ** 60n]);
  const { name } = list.shm;
  expect(
    python('l = ShareableList(name=name); print(list(l)); l[0] = "abcdefg"; l[1] = 2.25; l.shm.close()', name),
  ).toBe("['ab', 1, None, 2.5, True, b'xyz', 1152921504606846976]");
  expect([list.get(0), list.get(1)]).toEqual(['abcdefg', 2.25]);
  list.shm.unlink();
  const theirs = `p8-list-${process.pid}`;
  python('l = ShareableList(["é", 7, b"", None, False, 1.5], name=name); l.shm.close()', theirs);
  using read = new ShareableList(undefined, { name: theirs });
  expect([...read]).toEqual(['é', 7, Buffer.alloc(0), null, false, 1.5]);
  read.shm.unlink();
});
