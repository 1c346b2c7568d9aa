/** Ctrl-C and exits, in real programs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { interruptible, KeyboardInterrupt } from './index.ts';

const program = fileURLToPath(new URL('../test/interrupted.ts', import.meta.url));

/** Runs the program, and sends a SIGINT after each of the given lines. */
async function run(kind: string, ...interruptAfter: string[]) {
  const child = spawn(process.execPath, ['-C', '@p8/source', program, kind], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    while (interruptAfter[0] !== undefined && stdout.includes(interruptAfter[0])) {
      interruptAfter.shift();
      child.kill('SIGINT');
    }
  });
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { status, signal, lines: stdout.trim().split('\n'), stderr };
}

describe('Ctrl-C', () => {
  test('ends the body after its cleanup, passes a catch-all, and gives status 130', async () => {
    const { status, lines, stderr } = await run('catch-all', 'ready');
    expect(lines).toEqual(['ready', 'closed']);
    expect(stderr).toContain('KeyboardInterrupt');
    expect(status).toBe(130);
  });

  test('may be caught by its class: the program ends as usual', async () => {
    expect(await run('caught', 'ready')).toMatchObject({ status: 0, lines: ['ready', 'closed', 'bye'], stderr: '' });
  });

  test('is raised also if the body swallowed it', async () => {
    expect(await run('returns', 'ready')).toMatchObject({ status: 130, lines: ['ready', 'closed', 'swallowed'] });
  });

  test('gives way to an error that the body raised afterwards', async () => {
    const { status, stderr } = await run('fails', 'ready');
    expect(stderr).toContain('ValueError: while closing');
    expect(status).toBe(1);
  });

  test('still reaches a listener of the program’s own', async () => {
    expect(await run('own listener', 'ready')).toMatchObject({ status: 130, lines: ['ready', 'mine', 'closed'] });
  });
});

test('a second Ctrl-C has its usual effect on a body that does not heed the first', async () => {
  const child = spawn(process.execPath, ['-C', '@p8/source', program, 'deaf'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const gone = once(child, 'close');
  // signals of the same kind may be merged: go on until it is gone
  const again = setInterval(() => child.kill('SIGINT'), 20);
  const [, signal] = (await gone) as [null, string];
  clearInterval(again);
  expect(signal).toBe('SIGINT');
});

describe('interruptible', () => {
  test('gives the value or the error of a body that is not interrupted, and leaves no listener', async () => {
    const before = process.listenerCount('SIGINT');
    expect(await interruptible(() => 5)).toBe(5);
    expect(await interruptible(async (signal) => signal.aborted)).toBe(false);
    const error = new Error('mine');
    await expect(interruptible(() => Promise.reject(error))).rejects.toBe(error);
    await expect(
      interruptible(() => {
        throw error;
      }),
    ).rejects.toBe(error);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });

  test('gives a body that ends because of the signal a KeyboardInterrupt', async () => {
    const body = (signal: AbortSignal) => {
      process.emit('SIGINT'); // as Node does on a signal
      return once(process, 'never', { signal });
    };
    await expect(interruptible(body)).rejects.toThrow(KeyboardInterrupt);
    await expect(interruptible(async (signal) => raised(signal))).rejects.toThrow(KeyboardInterrupt);
  });
});

function raised(signal: AbortSignal): void {
  process.emit('SIGINT');
  signal.throwIfAborted();
}

describe('an uncaught SystemExit', () => {
  test('ends the program with its status, silently', async () => {
    expect(await run('exit')).toMatchObject({ status: 3, stderr: '' });
  });

  test('prints its words and gives status 1', async () => {
    expect(await run('exit with words')).toMatchObject({ status: 1, stderr: 'no such file\n' });
  });

  test('is left to a program that handles uncaught errors itself', async () => {
    expect(await run('exit handled')).toMatchObject({ status: 0, lines: ['handled SystemExit'], stderr: '' });
  });

  test('does nothing when it is caught', async () => {
    expect(await run('exit caught')).toMatchObject({ status: 0, lines: ['caught'] });
  });
});
