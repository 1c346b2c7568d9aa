/** Processes of pools that go away, in every state, by a real SIGKILL; and what cannot start. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkLeftovers } from '../../test/leftovers.ts';
import * as tasks from '../../test/pool-tasks.ts';
import { Pipe } from '../connection/pipe.ts';
import { BrokenProcessPool, Lock, OwnerDiedError, Pool, ProcessPoolExecutor, WorkerLostError } from '../index.ts';
import { activeChildren } from '../process/process.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const killed = { name: 'WorkerLostError', exitcode: -9, signal: 'SIGKILL' };

// the first start leaves a spare, and the first waits open what stays open: no leaks
beforeAll(async () => {
  await using pool = new Pool(1);
  await pool.apply(tasks.nothing);
  expect(() => pool.applySync(tasks.exit, [1])).toThrow(WorkerLostError);
  pool.applySync(tasks.nothing);
});
checkLeftovers();

/** Whether a process has not ended; one that nobody has waited for has. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Blocks until a process neither computes nor is about to. */
function blockUntilAsleep(pid: number): void {
  for (let looks = 0; looks < 20; looks++) {
    if (!/^\d+ \(.*\) S/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) looks = 0;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

describe('a process that is killed', () => {
  test.each(['apply', 'applySync'] as const)('while it is idle is replaced: %s', async (form) => {
    await using pool = new Pool(1);
    const pid = await pool.apply(tasks.pid);
    process.kill(pid, 'SIGKILL');
    if (form === 'apply') await expect.poll(() => activeChildren().some((child) => child.pid === pid)).toBe(false);
    const next = await pool[form](tasks.pid);
    expect(next).not.toBe(pid);
  });

  test('while it runs fails its own call only, and is replaced', async () => {
    await using pool = new Pool(2);
    const outcomes = await Promise.allSettled([
      pool.apply(tasks.kill, ['SIGKILL']),
      ...range(20).map((n) => pool.apply(tasks.later, [n])),
    ]);
    expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: killed });
    expect(outcomes.slice(1)).toEqual(range(20).map((value) => ({ status: 'fulfilled', value })));
  });

  test('is noticed by blocking calls too', async () => {
    await using pool = new Pool(1);
    expect(() => pool.applySync(tasks.kill, ['SIGKILL'])).toThrow(WorkerLostError);
    expect(() => pool.applySync(tasks.exit, [3])).toThrow(
      /^PoolWorker-\d+ \(pid \d+\) ended with exit code 3 before its work was done$/,
    );
    expect(pool.applySync(tasks.add, [1, 2])).toBe(3);
  });

  test('while it holds a lock tells the next who wants that', async () => {
    await using pool = new Pool(2);
    const lock = new Lock();
    await expect(pool.apply(tasks.holdAndDie, [lock])).rejects.toMatchObject(killed);
    await expect(pool.apply(tasks.hold, [lock])).rejects.toBeInstanceOf(OwnerDiedError);
    await pool.apply(tasks.hold, [lock]);
    expect(lock.locked()).toBe(false);
  });

  test.each(['async', 'blocking'] as const)('inside a report fails that call: %s', async (form) => {
    await using pool = new Pool(1);
    const [here, there] = Pipe();
    const result = pool.applyAsync(tasks.giveMuch, [there, 256 * 2 ** 20]);
    const pid = (await here.recv()) as number;
    // nobody here receives meanwhile
    blockUntilAsleep(pid);
    process.kill(pid, 'SIGKILL');
    if (form === 'async') await expect(result.get()).rejects.toMatchObject(killed);
    else expect(() => result.getSync()).toThrow(WorkerLostError);
    expect(await pool.apply(tasks.double, [2])).toBe(4);
    here.close();
  });

  test('once while it starts is replaced', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'p8-pool-'));
    await using pool = new Pool(1, { initializer: tasks.dieOnce, initargs: [join(folder, 'died')] });
    expect(await pool.apply(tasks.double, [2])).toBe(4);
    expect(existsSync(join(folder, 'died'))).toBe(true);
    rmSync(folder, { recursive: true });
  });

  test('whenever it starts is not replaced for ever', async () => {
    const pool = new Pool(2, { initializer: tasks.kill, initargs: ['SIGKILL'] });
    const error: unknown = await pool.apply(tasks.nothing).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BrokenProcessPool);
    expect(error).toMatchObject({ cause: killed });
    pool.close();
    await pool.join();
    expect(activeChildren()).toEqual([]);
  });

  test('after its pool was closed leaves what it has not begun to another', async () => {
    const pool = new Pool(1);
    const outcomes = Promise.allSettled([pool.apply(tasks.kill, ['SIGKILL']), pool.apply(tasks.add, [1, 2])]);
    pool.close();
    expect(await outcomes).toMatchObject([{ reason: killed }, { value: 3 }]);
    await pool.join();
  });

  test('again and again loses no other call', async () => {
    await using executor = new ProcessPoolExecutor(2);
    const outcomes = await Promise.allSettled(
      range(40).map((n) => (n % 10 === 5 ? executor.submit(tasks.exit, n) : executor.submit(tasks.echo, n))),
    );
    for (const [n, outcome] of outcomes.entries()) {
      if (n % 10 === 5) expect(outcome).toMatchObject({ status: 'rejected', reason: { exitcode: n, signal: null } });
      else expect(outcome).toEqual({ status: 'fulfilled', value: n });
    }
  });
});

describe('a program with a pool', () => {
  const program = fileURLToPath(new URL('../../test/pool-program.ts', import.meta.url));
  const flags = ['-C', '@p8/source', program];

  test.each(['wait', 'exit'])('whose processes compute leaves none behind when it ends: %s', async (how) => {
    const parent = spawn(process.execPath, [...flags, how], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const pids = line.split(' ').map(Number);
    expect(pids.length).toBe(2);
    if (how === 'wait') parent.kill('SIGKILL');
    if (parent.exitCode === null && parent.signalCode === null) await once(parent, 'exit');
    await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  });

  test('that is not closed ends when it has nothing to do', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, 'idle']);
    expect(stdout).toBe('[ 2, 4 ]\n');
  });

  test('that has no descriptors says so, and goes on when it has some', () => {
    const starved = fileURLToPath(new URL('../../test/pool-without-descriptors.ts', import.meta.url));
    const command = `ulimit -n 100; exec "${process.execPath}" -C @p8/source "${starved}"`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toBe('EMFILE\nEMFILE\n2 4\n');
  });
});
