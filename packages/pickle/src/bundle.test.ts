/** The package as it was built, in bundles, and under a test runner that rewrites modules. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { afterAll, expect, test } from 'vitest';
import { runProgram } from '../test/programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'p8-bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pathOf = (name: string): string => fileURLToPath(new URL(`../test/${name}`, import.meta.url));

async function bundle(entry: string, format: 'esm' | 'cjs'): Promise<URL> {
  const file = join(folder, `${entry}.${format === 'esm' ? 'mjs' : 'cjs'}`);
  const built = await rolldown({
    input: pathOf(`${entry}.ts`),
    platform: 'node',
    resolve: { conditionNames: ['@p8/source', 'node', 'import', 'default'] },
    logLevel: 'silent',
  });
  await built.write({ file, format });
  await built.close();
  return pathToFileURL(file);
}

test.each(['esm', 'cjs'] as const)('a bundle (%s) sends what its entry exports', async (format) => {
  const { stdout, stderr } = runProgram(await bundle('bundle-open', format), [pathOf('peer.ts')]);
  expect({ stdout, stderr }).toEqual({ stdout: '{ value: 42 }\n', stderr: '' });
});

test.each(['esm', 'cjs'] as const)('a bundle (%s) that does not export it is told so', async (format) => {
  const url = await bundle('bundle-closed', format);
  const { stdout } = runProgram(url, [pathOf('peer.ts')]);
  expect(stdout).toContain(
    `work is not exported from ${url.href}: write \`export\` before it; if a bundler put it there, export it from the bundle's entry, or leave its module external`,
  );
});

test('the package as it was built', () => {
  expect(runProgram('built.ts', [], 'built')).toEqual({ stdout: 'true 99999 true\n', stderr: '', status: 0 });
});

test("vitest's runner", () => {
  const cli = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const args = [cli, 'run', '--config', pathOf('runner.config.ts'), '--root', dirname(pathOf('.'))];
  const { stdout, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  expect(stdout).toContain('1 passed');
  expect(status).toBe(0);
});
