/** Whole programs: output, daemons, the end of the program, the forgotten guard. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const file = (name: string): string => fileURLToPath(new URL(`../test/${name}`, import.meta.url));

function run(...args: string[]): { stdout: string; stderr: string; status: number | null } {
  const [program = '', ...rest] = args;
  const flags = ['-C', '@p8/source', file(program), ...rest];
  const { stdout, stderr, status } = spawnSync(process.execPath, flags, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  return { stdout, stderr, status };
}

describe('output of a thread', () => {
  test('appears while the main thread is blocked, before what that prints later', () => {
    expect(run('program.ts', 'blocked')).toEqual({
      stdout: 'out 1\nout 2\nmain\n',
      stderr: 'err 1\nerr 2\n',
      status: 0,
    });
  });

  test('is whole and in order for each thread, however much it is and however slow the reader', async () => {
    const child = spawn(process.execPath, ['-C', '@p8/source', file('program.ts'), 'many']);
    let stdout = '';
    child.stdout.on('data', (data: Buffer) => {
      stdout += String(data);
      // a reader that pauses makes the pipe full
      child.stdout.pause();
      setImmediate(() => child.stdout.resume());
    });
    await new Promise((resolve) => child.once('close', resolve));
    const lines = stdout.trimEnd().split('\n');
    for (const name of ['a', 'b', 'c']) {
      const own = lines.filter((line) => line.startsWith(name));
      expect(own).toEqual(Array.from({ length: 2000 }, (_, i) => `${name} ${i} ${'x'.repeat(100)}`));
    }
    expect(lines.length).toBe(6000);
  });

  test('is not lost at process.exit', () => {
    expect(run('program.ts', 'exit')).toEqual({ stdout: 'printed before exit\n', stderr: '', status: 3 });
  });
});

describe('the end of the program', () => {
  // test_daemon_param, test_main_thread_during_shutdown, test_finalize_running_thread
  test('does not wait for a daemon', () => {
    expect(run('program.ts', 'daemon')).toEqual({ stdout: 'daemon\nmain done\n', stderr: '', status: 0 });
  });

  // test_join_nondaemon_on_shutdown
  test('waits for other threads', () => {
    expect(run('program.ts', 'nonDaemon')).toEqual({ stdout: 'main done\nthread\n', stderr: '', status: 0 });
  });

  test('waits for threads that threads have started', () => {
    const { stdout, stderr, status } = run('program.ts', 'grandchildren');
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout.split('\n').toSorted()).toEqual(['', 'a', 'b', 'main done']);
  });

  test('waits for the calls of a pool, not for its threads', () => {
    expect(run('program.ts', 'pool')).toEqual({ stdout: '[]\nfrom the pool\n', stderr: '', status: 0 });
  });

  test('waits for what an executor was given', () => {
    expect(run('program.ts', 'executor')).toEqual({ stdout: 'first\nsecond\n', stderr: '', status: 0 });
  });
});

// ExceptHookTests.test_excepthook
test('the error of a thread is printed, its own frames only', () => {
  const { stdout, stderr, status } = run('program.ts', 'unheard');
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  const lines = stderr.trimEnd().split('\n');
  expect(lines[0]).toBe('Exception in thread W1:');
  expect(lines[1]).toBe('Traceback (most recent call last):');
  expect(lines[2]).toMatch(/^ {2}File ".*program\.ts", line \d+, in .*fail$/);
  expect(lines.at(-1)).toBe('ValueError: in thread');
});

// TimerTests.test_init_immutable_default_args, _test_cancel
test('a Timer calls its function later, unless it is cancelled', () => {
  expect(run('program.ts', 'timer')).toEqual({
    stdout: "soon\ntrue true 0.02 [ 'soon' ] true\n",
    stderr: '',
    status: 0,
  });
});

test.each([[], ['--input-type=module']])('a program that is no file can start threads (%s)', (...flags) => {
  const targets = JSON.stringify(new URL('../test/targets.ts', import.meta.url).href);
  const text = `import { Thread } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)};
    import { print } from ${targets};
    const thread = new Thread({ target: print, args: ['from -e'] });
    thread.start();
    await thread.join();`;
  const args = ['-C', '@p8/source', ...flags, '-e', text];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ stdout, stderr, status }).toEqual({ stdout: 'from -e\n', stderr: '', status: 0 });
});

test('a program without a guard is told so, and starts nothing', () => {
  const { stdout, stderr, status } = run('unguarded.ts');
  expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
  expect(stderr).toMatch(
    /unguarded\.ts started a thread while .*put its main part under `if \(isMain\(import\.meta\)\)`/,
  );
});
