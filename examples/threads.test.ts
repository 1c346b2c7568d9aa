/** T1 to T8, each run as a program. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** The lines that a program prints; it must end well and say nothing else. */
function linesOf(name: string, ...args: string[]): string[] {
  const program = fileURLToPath(new URL(name, import.meta.url));
  const flags = ['-C', '@p8/source', program, ...args];
  const { stdout, stderr, status } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.trimEnd().split('\n');
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test('T1: ten threads say hi, and the program waits for them', () => {
  const lines = linesOf('t1-ten-threads.ts');
  expect(lines.at(-1)).toBe('the end.....');
  expect(lines.slice(0, -1).toSorted()).toEqual(
    [...range(10).map((i) => `numbers: ${i}`), ...range(10).map((i) => `Thread-${i + 1} (hi)`)].toSorted(),
  );
});

test('T2: a subclass overrides run', () => {
  expect(linesOf('t2-subclass.ts').toSorted()).toEqual(['running on number:1', 'running on number:2']);
});

test('T3: the program does not wait for a daemon, nor for what that started', () => {
  expect(linesOf('t3-daemon.ts')).toEqual(['---main thread done----']);
  const expected = range(5).flatMap((i) => [`[${i}]------running----`, `starting thread Thread-${i + 2} (run)`]);
  // on a busy machine the threads need longer to start, and one may speak behind the main thread; they are never done
  let lines: string[] = [];
  for (const limit of ['2', '10', '50']) {
    lines = linesOf('t3-daemon.ts', limit);
    if (lines.length === expected.length + 1 && lines.at(-1) === '---main thread done----') break;
  }
  expect(lines.pop()).toBe('---main thread done----');
  expect(lines.toSorted()).toEqual(expected.toSorted());
});

test('T4: without a lock updates are lost', () => {
  expect(linesOf('t4-race.ts')).toEqual([...range(10).map(() => '--get num: 10'), 'final num: 9']);
});

test('T5: with a lock none is', () => {
  expect(linesOf('t5-lock.ts')).toEqual([...range(10).map((i) => `--get num: ${10 - i}`), 'final num: 0']);
});

test('T6: an RLock is taken again by its thread, and no other comes between', () => {
  const parts = ['grab the first part data', '--------between run1 and run2-----', 'grab the second part data'];
  expect(linesOf('t6-rlock.ts')).toEqual([
    ...range(10).flatMap((i) => [...parts, `${i + 1} ${i + 1}`]),
    '----all threads done---',
    '10 10',
  ]);
});

test('T7: never more than five of twenty threads at once', () => {
  const lines = linesOf('t7-semaphore.ts');
  expect(lines.slice(-2)).toEqual(['----all threads done---', 'never more than five at once: true']);
  expect(lines.slice(0, -2).toSorted()).toEqual(
    range(20)
      .map((i) => `run the thread: ${i}`)
      .toSorted(),
  );
});

test('T8: cars stop at red and go on at green', () => {
  const lines = linesOf('t8-traffic-light.ts');
  const at = (line: string): number => lines.indexOf(line);
  const green = at('--green light on---');
  expect(at('--red light on---')).toBeLessThan(green);
  for (const name of ['Tesla', 'BMW']) {
    const [waits, goes] = [
      at(`[${name}] sees the red light, waiting....`),
      at(`[${name}] green light is on, going....`),
    ];
    expect(goes).toBeGreaterThanOrEqual(0);
    expect(waits).toBeLessThan(goes);
    if (waits < 0) expect(goes).toBeGreaterThan(green);
  }
  expect(lines.some((line) => line.endsWith('waiting....'))).toBe(true);
});
