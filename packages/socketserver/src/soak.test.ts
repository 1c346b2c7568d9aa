/** A short soak of each kind of server; `P8_STRESS=1` makes it ten minutes with 10,000 idle and 500 active connections. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const long = process.env['P8_STRESS'] === '1';
const [seconds, idle, active] = long ? ['600', '10000', '500'] : ['2', '200', '20'];
const program = fileURLToPath(new URL('../test/soak.ts', import.meta.url));

test.each([
  ['async', '0'],
  ['threading', '0'],
  ['threading', '1'],
  ['forking', '0'],
  ['forking', '1'],
])('%s, a thread or process lost every %s seconds', { timeout: 1_200_000 }, async (kind, losses) => {
  const command = 'ulimit -n 16384 && exec "$0" -C @p8/source "$@"';
  const args = ['-c', command, process.execPath, program, kind, seconds, idle, active, losses];
  const { stdout } = await run('sh', args);
  const result = JSON.parse(stdout) as { answers: number };
  expect(result).toMatchObject({ wrong: 0, unexplained: 0, errors: { others: 0 }, grown: false });
  expect(result.answers).toBeGreaterThan(0);
  if (losses === '0') expect(result).toMatchObject({ lost: 0 });
});
