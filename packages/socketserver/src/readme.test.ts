/** The README's example, run as it stands but for the port. */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

test('the example of the README answers in upper case', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const code = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const program = fileURLToPath(new URL(`../test/readme-${process.pid}.ts`, import.meta.url));
  const serving = 'await server.serveForever();';
  expect(code).toContain(serving);
  const run = code
    .replace('9999', '0')
    .replace('@p8/socketserver', '../src/index.ts')
    .replace(serving, `console.log(server.serverAddress[1]);\n  ${serving}`);
  writeFileSync(program, run);
  const child = spawn(process.execPath, ['-C', '@p8/source', program]);
  try {
    let stdout = '';
    child.stdout.on('data', (data: Buffer) => (stdout += String(data)));
    await vi.waitUntil(() => stdout.endsWith('\n'), { timeout: 30_000 });
    const client = connect(Number(stdout), '127.0.0.1');
    client.end('hello\nworld');
    let answer = '';
    for await (const data of client) answer += String(data);
    expect(answer).toBe('HELLO\nWORLD');
  } finally {
    child.kill('SIGKILL');
    rmSync(program);
  }
});
