/** Targets of threads that take two locks. */
import type { Lock, RLock } from '@p8/threading';

export function takeBoth(first: Lock | RLock, second: { withSync(body: () => void): void }): void {
  first.withSync(() => second.withSync(() => undefined));
}

export async function takeBothAwaiting(first: Lock | RLock, second: Lock | RLock): Promise<void> {
  await first.with(() => second.with(() => undefined));
}
