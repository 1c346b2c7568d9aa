/** What every lock-like object offers on top of taking and giving back: Python's `with`. */
import type { AcquireOptions, AcquireSyncOptions, WaitOptions } from './waiting.ts';
import { BlockingIOError } from '@p8/errors';

/** Held until it is disposed of: `using held = lock.holdSync()`. */
export interface Held extends Disposable {
  /** Gives it back; a second time does nothing. */
  release(): void;
}

/** A lock, or what is taken and given back like one. */
export abstract class LockLike {
  /** Takes it. Comes back: true, or false after the time limit, or at once with `blocking: false` if it is not free. */
  abstract acquire(options?: AcquireOptions): Promise<boolean>;
  /** As `acquire`, but blocks this thread. Raises KeyboardInterrupt after Ctrl-C on the main thread. */
  abstract acquireSync(options?: AcquireSyncOptions): boolean;
  /** Gives it back; never waits. */
  abstract release(): void;

  /** Takes it if it is free; raises BlockingIOError if it is not. Never waits. */
  acquireNowait(): void {
    if (!this.acquireSync(nowait)) throw new BlockingIOError(EAGAIN, { syscall: 'acquire' });
  }

  /** Runs the body while holding it. Comes back: what the body returns. It waits for the lock and for the body. */
  async with<T>(body: () => T, options?: Pick<WaitOptions, 'signal'>): Promise<Awaited<T>> {
    await this.acquire(options);
    return releaseAfter(this, body);
  }

  /** Runs the body while holding it, and blocks this thread until it is free. Raises TypeError if the body returns a promise. */
  withSync<T>(body: () => T): T {
    this.acquireSync();
    try {
      return finished(body());
    } finally {
      this.release();
    }
  }

  /** Takes it for a `using` declaration: `using held = await lock.hold();` */
  async hold(options?: Pick<WaitOptions, 'signal'>): Promise<Held> {
    await this.acquire(options);
    return heldOf(this);
  }

  /** Takes it for a `using` declaration, blocking: `using held = lock.holdSync();` */
  holdSync(): Held {
    this.acquireSync();
    return heldOf(this);
  }
}

/** Runs the body with the lock held, and gives it back. */
export async function releaseAfter<T>(lock: LockLike, body: () => T): Promise<Awaited<T>> {
  try {
    return await body();
  } finally {
    lock.release();
  }
}

const nowait: AcquireSyncOptions = { blocking: false };
const EAGAIN = 11;

function heldOf(lock: LockLike): Held {
  let held = true;
  const release = () => {
    if (held) lock.release();
    held = false;
  };
  return { release, [Symbol.dispose]: release };
}

/** What a body of `withSync` returns: no promise, because the lock would be given back before it is settled. */
function finished<T>(value: T): T {
  if (typeof (value as { then?: unknown } | null | undefined)?.then !== 'function') return value;
  throw new TypeError(
    'withSync: the body returned a promise, which would outlive the lock: use `await lock.with(body)`',
  );
}
