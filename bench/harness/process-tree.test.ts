import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { anonymousBytes, cpuNanoseconds, processTree } from './process-tree.ts';

test('CPU time grows by what this process used', () => {
  const before = cpuNanoseconds([process.pid]);
  const start = process.cpuUsage();
  let used = 0;
  while (used < 60_000) {
    const { user, system } = process.cpuUsage(start);
    used = user + system;
  }
  // the running thread's share is brought up to date once a tick only: at most 10 ms late
  expect(cpuNanoseconds([process.pid]) - before).toBeGreaterThan(50_000_000);
});

test('a child and its child belong to the tree, until they have ended', async () => {
  const shell = spawn('sh', ['-c', 'sleep 1000 & echo $!; wait'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [grandchild] = (await once(createInterface({ input: shell.stdout }), 'line')) as [string];
  const tree = processTree(process.pid);
  expect(tree).toContain(process.pid);
  expect(processTree(shell.pid ?? 0)).toEqual([shell.pid, Number(grandchild)]);
  expect(tree).toEqual(expect.arrayContaining([shell.pid, Number(grandchild)]));
  process.kill(Number(grandchild));
  await once(shell, 'exit');
  expect(processTree(process.pid)).not.toContain(shell.pid);
});

test('anonymous memory grows by pages that are written', () => {
  const before = anonymousBytes([process.pid]);
  const memory = Buffer.allocUnsafeSlow(32 * 1024 * 1024).fill(1);
  expect(anonymousBytes([process.pid]) - before).toBeGreaterThan(30 * 1024 * 1024);
  expect(memory[memory.length - 1]).toBe(1);
});
