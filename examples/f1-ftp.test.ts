import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('a file goes to our server and back as it was, is listed, renamed and deleted', () => {
  const program = fileURLToPath(new URL('f1-ftp.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
  expect({ stdout: stdout.trimEnd().split('\n'), stderr, status }).toEqual({
    stdout: [
      'greeting: p8 FTP server ready.',
      'logged in, in /',
      'uploaded 4500000 bytes',
      'listed: file 4500000 fox.txt',
      'downloaded 4500000 bytes, the same: true',
      "renamed, now: [ 'old' ] [ 'fox.txt' ]",
      'deleted, now: []',
      'gone: 550 SIZE old/fox.txt',
      'server closed',
    ],
    stderr: '',
    status: 0,
  });
});
