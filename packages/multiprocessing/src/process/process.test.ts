import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { AssertionError, ValueError } from '@p8/errors';
import { Listener } from '../connection/listener.ts';
import { checkLeftovers } from '../../test/leftovers.ts';
import * as tasks from '../../test/tasks.ts';
import { getContext } from './context.ts';
import { currentProcess, parentProcess } from './current.ts';
import { activeChildren, Process } from './process.ts';
import { getAllStartMethods, getStartMethod } from './start-method.ts';

// the first start leaves a spare, which is no leak
beforeAll(async () => {
  const child = started(tasks.nothing);
  await ended(child);
});
checkLeftovers();

async function ended(process: Process): Promise<number | null> {
  await process.join();
  const { exitcode } = process;
  process.close();
  return exitcode;
}

function started(target: () => unknown): Process {
  const process = new Process({ target });
  process.start();
  return process;
}

test.each(getAllStartMethods())(
  '%s: a target runs in another process, with copies of its arguments',
  async (method) => {
    using listener = new Listener();
    vi.stubEnv('P8_TEST_VARIABLE', method);
    const child = new (getContext(method).Process)({
      target: tasks.tells,
      args: [listener.address, 1, new Map([['a', new ValueError('x')]])],
    });
    child.start();
    using connection = await listener.accept();
    const told = (await connection.recv()) as Record<string, unknown>;
    expect(told).toMatchObject({
      what: [1, new Map([['a', expect.any(ValueError)]])],
      name: child.name,
      daemon: false,
      pid: child.pid,
      authkey: Buffer.from(currentProcess().authkey).toString('hex'),
      parent: { name: 'MainProcess', pid: process.pid, alive: true },
      cwd: process.cwd(),
      variable: method,
    });
    expect(await ended(child)).toBe(0);
    vi.unstubAllEnvs();
  },
);

test('many processes run at once, and each has its own name', async () => {
  using listener = new Listener();
  const children = Array.from({ length: 5 }, () => new Process({ target: tasks.tells, args: [listener.address] }));
  for (const child of children) child.start();
  expect(activeChildren().length).toBe(5);
  const names = new Set<unknown>();
  for (const _ of children) {
    using connection = await listener.accept();
    names.add(((await connection.recv()) as { name: string }).name);
  }
  expect(names).toEqual(new Set(children.map(({ name }) => name)));
  expect(await Promise.all(children.map(ended))).toEqual([0, 0, 0, 0, 0]);
  expect(activeChildren()).toEqual([]);
});

test('run is overridden in a subclass, whose fields travel', async () => {
  using listener = new Listener();
  const child = new tasks.Counter(listener.address, 41);
  child.start();
  using connection = await listener.accept();
  expect(await connection.recv()).toEqual(['counter', true, 42]);
  expect(await ended(child)).toBe(0);
});

test.each([
  ['ends by itself', tasks.nothing, [], 0],
  ['calls process.exit', tasks.exits, [3], 3],
  ['raises SystemExit', tasks.raisesExit, [4], 4],
])('the exit status of one that %s', async (_, target, args, status) => {
  const child = new Process({ target: target as (...all: readonly unknown[]) => unknown, args });
  expect([child.exitcode, child.pid, child.isAlive()]).toEqual([null, null, false]);
  child.start();
  child.joinSync();
  expect([child.exitcode, child.isAlive()]).toEqual([status, false]);
  child.close();
});

test.each([
  ['SIGTERM', 'terminate', -15],
  ['SIGKILL', 'kill', -9],
  ['SIGINT', 'interrupt', -2],
] as const)('%s ends it, and its status says so', async (_, method, status) => {
  const child = started(tasks.waitsForEver);
  child[method]();
  expect(await ended(child)).toBe(status);
});

test('an error is shown as Python does, and the status is 1', () => {
  const { stderr, status } = program(`
    const child = new Process({ target: fails, name: 'bob' });
    child.start();
    await child.join();
    console.log(child.exitcode);
  `);
  expect(stderr).toMatch(/^Process bob:\nTraceback \(most recent call last\):\n/);
  expect(stderr).toMatch(/ValueError: boom\n$/);
  expect(status).toBe(0);
});

test('a text of SystemExit is shown', () => {
  const { stdout, stderr } = program(`
    const child = new Process({ target: raisesExit, args: ['enough'] });
    child.start();
    child.joinSync();
    console.log(child.exitcode);
  `);
  expect([stdout, stderr]).toEqual(['1\n', 'enough\n']);
});

test('a join ends after its time, in both forms, and by a signal', async () => {
  const child = started(tasks.waitsForEver);
  await child.join(0.01);
  child.joinSync(0.01);
  await child.join(0);
  const ending = new AbortController();
  const joining = child.join(null, { signal: ending.signal });
  ending.abort(new Error('enough'));
  await expect(joining).rejects.toThrow('enough');
  expect([child.exitcode, child.isAlive()]).toEqual([null, true]);
  child.kill();
  expect(await ended(child)).toBe(-9);
});

test('what is out of order is refused', async () => {
  const child = new Process({ target: tasks.waitsForEver });
  await expect(child.join()).rejects.toThrow(new AssertionError('can only join a started process'));
  expect(() => child.sentinel).toThrow(new ValueError('process not started'));
  child.start();
  expect(() => child.start()).toThrow(new AssertionError('cannot start a process twice'));
  expect(() => child.close()).toThrow('Cannot close a process while it is still running');
  expect(() => (child.daemon = true)).toThrow(new AssertionError('process has already started'));
  expect(String(child)).toMatch(/^<Process\(Process-\d+, pid=\d+, started\)>$/);
  child.kill();
  await child.join();
  child.close();
  child.close();
  expect(() => child.isAlive()).toThrow(new ValueError('process object is closed'));
  expect(String(child)).toMatch(/closed/);
});

test('a target that cannot be found is refused, and nothing was started', () => {
  const child = new Process({ target: () => 1 });
  expect(() => child.start()).toThrow('is not an exported function');
  expect(activeChildren()).toEqual([]);
});

test('fork is refused, with the reason', () => {
  expect(() => getContext('fork' as never)).toThrow("cannot find context for 'fork': a copy of a process has only one");
  expect(() => getContext('foo' as never)).toThrow("cannot find context for 'foo'; use");
  expect(getStartMethod()).toBe('forkserver');
});

test('a daemon must not have children', async () => {
  using listener = new Listener();
  const child = new Process({ target: tasks.hasChild, args: [listener.address], daemon: true });
  child.start();
  using connection = await listener.accept();
  expect(await connection.recv()).toBe('AssertionError: daemonic processes are not allowed to have children');
  expect(await ended(child)).toBe(0);
});

test('a process waits for its own threads and children', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'p8-process-'));
  const path = join(folder, 'file');
  const child = new Process({ target: tasks.leavesOthersBehind, args: [path] });
  child.start();
  expect(await ended(child)).toBe(0);
  expect([existsSync(`${path}.thread`), existsSync(`${path}.process`)]).toEqual([true, true]);
  rmSync(folder, { recursive: true });
});

test('children of a process that is killed end too, even one that computes', async () => {
  using listener = new Listener();
  const child = new Process({ target: tasks.hasEndlessChild, args: [listener.address] });
  child.start();
  using connection = await listener.accept();
  const grandchild = (await connection.recv()) as number;
  child.kill();
  expect(await ended(child)).toBe(-9);
  await vi.waitFor(() => expect(isGone(grandchild)).toBe(true), { timeout: 10_000, interval: 20 });
});

test('the program waits for its children, and ends its daemons', () => {
  const { stdout, status } = program(`
    const daemon = new Process({ target: waitsForEver, daemon: true });
    daemon.start();
    console.log(daemon.pid);
    new Process({ target: writesSoon, args: [process.argv[2]] }).start();
  `);
  expect(status).toBe(0);
  expect(isGone(Number(stdout))).toBe(true);
});

test('a program without its main guard is told so, and starts no process over and over', () => {
  const { stderr, status } = program(
    `
    const child = new Process({ target: here });
    child.start();
    await child.join();
    console.log(child.exitcode);
    export function here() {}
  `,
    { guarded: false },
  );
  expect(stderr).toContain('put its main part under `if (isMain(import.meta))`');
  expect(status).not.toBe(null);
});

test('the process itself is known', () => {
  expect(currentProcess()).toMatchObject({ name: 'MainProcess', pid: process.pid, daemon: false });
  expect(parentProcess()).toBe(null);
});

interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** Runs a program of its own, which has the tasks of the tests. */
function program(body: string, { guarded = true } = {}): Output {
  const folder = mkdtempSync(join(tmpdir(), 'p8-program-'));
  const path = join(folder, 'program.mts');
  const main = guarded ? `if (isMain(import.meta)) { ${body} }` : body;
  const root = new URL('../..', import.meta.url).href;
  const imports = [
    `import { isMain } from '${new URL('../pickle/src/index.ts', root).href}';`,
    `import { Process } from '${root}src/index.ts';`,
    `import { fails, raisesExit, waitsForEver, writesSoon } from '${root}test/tasks.ts';`,
  ];
  writeFileSync(path, [...imports, main].join('\n'));
  try {
    const args = ['-C', '@p8/source', path, join(folder, 'file')];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { stdout, stderr, status };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Whether no process has this number, or one that only has to be waited for. */
function isGone(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}
