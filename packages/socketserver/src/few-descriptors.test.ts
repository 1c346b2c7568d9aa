/** A server that really runs out of descriptors: EMFILE of accept(2). */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { AF_INET, MSG_WAITALL, Socket } from '@p8/socket';

test('more clients than descriptors are all served, and the shortage is reported once', async () => {
  const program = fileURLToPath(new URL('../test/few-descriptors.ts', import.meta.url));
  const command = 'ulimit -n 64 && exec "$0" -C @p8/source "$1"';
  const child = spawn('sh', ['-c', command, process.execPath, program]);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += String(data)));
  child.stderr.on('data', (data: Buffer) => (stderr += String(data)));
  await vi.waitUntil(() => stdout.endsWith('\n'), { timeout: 30_000 });
  const clients = Array.from({ length: 100 }, () => new Socket(AF_INET));
  await Promise.all(clients.map((client) => client.connect(['127.0.0.1', Number(stdout)])));
  await vi.waitUntil(() => stderr.includes('Too many open files'), { timeout: 30_000 });
  const answers = clients.map(async (client) => {
    await client.sendall('hello\n');
    const answer = String(await client.recv(6, MSG_WAITALL));
    client.close();
    return answer;
  });
  expect(await Promise.all(answers)).toEqual(clients.map(() => 'HELLO\n'));
  child.stdin.end();
  expect(await exited).toBe(0);
  expect(stderr.match(/takes no requests for now/g)).toHaveLength(1);
});
