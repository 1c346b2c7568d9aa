/** A module that names what it sends, and exports none of it. */
import { importable } from '@p8/pickle';

function secret(): string {
  return 'found by name';
}

class Closed {
  readonly kept = true;
}

export const parts = (): { secret: () => string; Closed: new () => object } => ({ secret, Closed });

importable(import.meta, { secret, Closed });
