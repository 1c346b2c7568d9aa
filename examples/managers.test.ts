/** M5 and M8, each run as a program. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** The lines that a program prints; it must end well and say nothing else. */
function linesOf(name: string): string[] {
  const program = fileURLToPath(new URL(name, import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], {
    encoding: 'utf8',
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.trimEnd().split('\n');
}

test('M5: ten processes change a dict and a list, and another one uses all that a manager has', () => {
  expect(linesOf('m5-manager.ts')).toEqual([
    '0,0 1,1 2,4 3,9 4,16 5,25 6,36 7,49 8,64 9,81',
    '0 1 2 3 4 5 6 7 8 9',
    'from the process true',
    'hello to you 42 [ 2.5, 1 ]',
  ]);
});

test('M8: objects, processes and connections of another program, by an address and a key', () => {
  expect(linesOf('m8-local-and-remote.ts')).toEqual(['lamps: 7', 'squares: 1 4 9', 'the other program says: done']);
});
