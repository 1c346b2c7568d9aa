/** Runs every example of docs/ftp-client.md against our own server, and compares what it prints with the text below it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownServer } from '../../test/client/own-server.ts';
import type { ForeignServer } from '../../test/client/foreign-servers.ts';

const root = new URL('../../../../', import.meta.url);
const page = readFileSync(new URL('docs/ftp-client.md', root), 'utf8');
const CLI = fileURLToPath(new URL('../../test/client/cli.ts', import.meta.url));
const programs = [...page.matchAll(/^## (.*)\n(?:(?!^## )[^])*?^```ts\n([^]*?)^```\n\n```text\n([^]*?)^```$/gm)];
const [, session = ''] = /^```console\n([^]*?)^```$/m.exec(page) ?? [];
const commands = [...session.matchAll(/^\$ p8-ftp (.*)\n((?:[^$].*\n)*)/gm)];
let server: ForeignServer;
let folder: string;

beforeAll(async () => {
  server = await ownServer();
  folder = mkdtempSync(join(tmpdir(), 'p8-ftp-docs-'));
  mkdirSync(join(folder, 'node_modules/@p8'), { recursive: true });
  for (const [name, place] of [
    ['ftp', 'apps/ftp'],
    ['errors', 'packages/errors'],
  ] as const) {
    symlinkSync(fileURLToPath(new URL(place, root)), join(folder, 'node_modules/@p8', name));
  }
  writeFileSync(join(folder, 'fox.txt'), 'The quick brown fox jumps over the lazy dog');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

it('has an example for each of its sections, and commands', () => {
  expect(programs.map(([, title]) => title)).toEqual(['A session', 'Errors', 'End one transfer', 'Whole files']);
  expect(commands.length).toBe(8);
});

it.each(programs.map(([, title, program = '', printed]) => ({ title, program, printed })))(
  '$title',
  async (example) => {
    const file = join(folder, 'example.ts');
    writeFileSync(file, example.program.replaceAll('2121', String(server.port)));
    expect(await run([file])).toEqual({ printed: example.printed, status: 0 });
  },
);

it.each(commands.map(([, command = '', printed]) => ({ command, printed })))(
  '$command',
  async ({ command, printed }) => {
    const { printed: actual } = await run([CLI, ...command.replaceAll('2121', String(server.port)).split(' ')]);
    expect(actual).toBe(printed);
  },
);

/** Runs a program beside this one, whose server answers it. */
async function run(args: readonly string[]): Promise<{ readonly printed: string; readonly status: unknown }> {
  const child = spawn(process.execPath, ['-C', '@p8/source', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], P8_FTP_PASSWORD: 'secret' },
  });
  const [out, error, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { printed: out + error, status };
}
