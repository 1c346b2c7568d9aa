import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

async function serve(program: string) {
  const child = spawn(process.execPath, ['-C', '@p8/source', program, 'localhost', '0']);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += String(data)));
  child.stderr.on('data', (data: Buffer) => (stderr += String(data)));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await vi.waitUntil(() => stderr.includes('\n'), { timeout: 30_000 });
  const port = /listening on 127\.0\.0\.1:(\d+)\n$/.exec(stderr)?.[1] ?? '';
  return { child, exited, port, stdout: () => stdout };
}

function send(port: string, ...words: string[]): string {
  const client = file('v4-echo-client.ts');
  return spawnSync(process.execPath, ['-C', '@p8/source', client, 'localhost', port, ...words], { encoding: 'utf8' })
    .stdout;
}

test('the server prints the peer and the data, the client what it sent and received', async () => {
  const { child, exited, port, stdout } = await serve(file('v4-echo-server.ts'));
  expect(send(port, 'hello', 'world')).toBe('Sent: hello world\nReceived: HELLO WORLD\n');
  expect(send(port, 'again')).toBe('Sent: again\nReceived: AGAIN\n');
  child.kill('SIGINT');
  expect(await exited).toBe(0);
  expect(stdout()).toBe('127.0.0.1 wrote:\nhello world\n127.0.0.1 wrote:\nagain\n');
});

test.each(['AsyncTCPServer', 'ThreadingTCPServer', 'ForkingTCPServer'])(
  'one word, %s, makes it serve clients together',
  async (word) => {
    const concurrent = file(`v4-concurrent-${process.pid}.ts`);
    writeFileSync(concurrent, readFileSync(file('v4-echo-server.ts'), 'utf8').replaceAll(/\bTCPServer\b/g, word));
    try {
      const { child, exited, port, stdout } = await serve(concurrent);
      const idle = connect(Number(port), '127.0.0.1');
      await new Promise((resolve) => idle.once('connect', resolve));
      expect(send(port, 'not stuck')).toBe('Sent: not stuck\nReceived: NOT STUCK\n');
      idle.destroy();
      child.kill('SIGINT');
      expect(await exited).toBe(0);
      expect(stdout()).toContain('127.0.0.1 wrote:\nnot stuck\n');
    } finally {
      rmSync(concurrent);
    }
  },
);
