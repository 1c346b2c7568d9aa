import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { socketpair } from './index.ts';

const run = promisify(execFile);

test('what waits on a socket keeps the program alive, unless that is unreferenced', { timeout: 30_000 }, async () => {
  const program = fileURLToPath(new URL('../test/unreferenced.ts', import.meta.url));
  const { stdout } = await run(process.execPath, ['-C', '@p8/source', program]);
  expect(stdout).toBe('hello\n');
});

test('on a closed socket unref and ref do nothing', () => {
  const [one, other] = socketpair();
  other.close();
  one.close();
  expect(one.unref().ref().closed).toBe(true);
});
