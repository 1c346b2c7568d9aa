import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { formatBytes, ProgressBar } from './progress-bar.ts';

/** A stream that says it is a terminal, or none, and keeps what is written. */
function terminal(isTTY: boolean): { readonly stream: NodeJS.WriteStream; readonly shown: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 120 }) as unknown as NodeJS.WriteStream;
  return { stream, shown: () => String((stream as unknown as PassThrough).read() ?? '') };
}

describe('ProgressBar', () => {
  it('shows name, share, bytes and speed on a terminal', () => {
    const { stream, shown } = terminal(true);
    {
      using bar = new ProgressBar('big{bar}\x1b[2J.iso', stream);
      bar.update(1024 * 1024, 4 * 1024 * 1024);
      bar.update(4 * 1024 * 1024, 4 * 1024 * 1024);
    }
    const text = shown();
    expect(text).toContain('big?bar?\\x1b[2J.iso');
    expect(text).toContain('100% | 4.0 MiB of 4.0 MiB | ');
  });

  it('shows the bytes alone where the total is not known', () => {
    const { stream, shown } = terminal(true);
    {
      using bar = new ProgressBar('x', stream);
      bar.update(2048);
    }
    expect(shown()).toContain('| 2.0 KiB |');
  });

  it('writes nothing to what is no terminal', () => {
    const { stream, shown } = terminal(false);
    {
      using bar = new ProgressBar('x', stream);
      bar.update(1, 1);
    }
    expect(shown()).toBe('');
  });

  it('leaves no listener for Ctrl-C', () => {
    const before = process.listenerCount('SIGINT');
    using bar = new ProgressBar('x', terminal(true).stream);
    bar.update(1);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536 * 1024, '1.5 MiB'],
    [2 ** 50, '1024.0 TiB'],
  ])('writes %j as %j', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
