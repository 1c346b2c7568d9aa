/** https://docs.python.org/3/library/threading.html#timer-objects */
import { importable } from '@p8/pickle';
import { Event } from './event.ts';
import { Thread } from './thread.ts';
import type { ThreadTraits } from './thread.ts';
import { deadlineOf } from './waiting.ts';
import type { Seconds } from './waiting.ts';

/**
 * A thread that calls an exported function after so many seconds, unless it is cancelled before. What need not run in a thread has
 * `setTimeout`.
 *
 *     const timer = new Timer(30, alarm, ['tea']);
 *     timer.start();
 */
export class Timer<Args extends readonly unknown[] = readonly unknown[]> extends Thread {
  readonly interval: Seconds;
  readonly function: (...args: Args) => unknown;
  readonly args: Args;
  /** Set when the function has been called, or the timer was cancelled. */
  readonly finished: Event = new Event();

  constructor(
    interval: Seconds,
    fn: (...args: Args) => unknown,
    ...[args, traits]: [] extends Args
      ? [args?: NoInfer<Args>, traits?: ThreadTraits]
      : [args: NoInfer<Args>, traits?: ThreadTraits]
  ) {
    super(traits);
    deadlineOf({ timeout: interval });
    if (typeof fn !== 'function') throw new TypeError(`function must be an exported function, not ${String(fn)}`);
    this.interval = interval;
    this.function = fn;
    this.args = (args ?? []) as unknown as Args;
  }

  /** Sees to it that the function is not called, if it has not been. */
  cancel(): void {
    this.finished.set();
  }

  override async run(): Promise<void> {
    if (await this.finished.wait({ timeout: this.interval })) return;
    await this.function(...this.args);
    this.finished.set();
  }
}

importable(import.meta, { Timer });
