import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('own classes carry their fields, match their parents and keep their causes', () => {
  const program = fileURLToPath(new URL('e3-custom-exceptions.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
  expect({ stdout: stdout.trimEnd().split('\n'), stderr, status }).toEqual({
    stdout: [
      'PortInUse: try 8081',
      'port 8080 is in use; instanceof PortInUse: true',
      "ValueError: 'eighty' is no number",
      '',
      'The above exception was the direct cause of the following exception:',
      '',
      'ConfigError: bad port',
      'in server.toml, line 3',
    ],
    stderr: '',
    status: 0,
  });
});
