/** What was sent, made into a value: at once wherever that is possible. */
import { UnpicklingError } from '@p8/pickle';
import type { Carrier } from './recruiter.ts';

/**
 * Hands over the value, or why there is none, at once if its modules are here or can be had without waiting. Comes back: a promise if it
 * could not, which is never so for somebody who blocks.
 */
export function loadSoon(
  carrier: Carrier,
  data: unknown,
  blocked: boolean,
  done: (value: unknown) => void,
  failed: (error: unknown) => void,
): Promise<void> | undefined {
  let value: unknown;
  try {
    value = carrier.loadSync(data);
  } catch (error) {
    if (!blocked && error instanceof UnpicklingError) return loadLater(carrier, data, done, failed);
    failed(error);
    return undefined;
  }
  done(value);
  return undefined;
}

async function loadLater(
  carrier: Carrier,
  data: unknown,
  done: (value: unknown) => void,
  failed: (error: unknown) => void,
): Promise<void> {
  let value: unknown;
  try {
    value = await carrier.load(data);
  } catch (error) {
    failed(error);
    return;
  }
  done(value);
}
