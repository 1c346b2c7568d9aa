/** What this process knows of itself. */
import { randomBytes } from 'node:crypto';
import type { Preparation } from './job.ts';

const KEY_LENGTH = 32;

class Own {
  name = 'MainProcess';
  daemon = false;
  authkey: Uint8Array = randomBytes(KEY_LENGTH);
  parent: Preparation['parent'] | undefined;
  #identity: readonly number[] = [];
  #children = 0;

  /** Becomes what its parent says. */
  become({ name, daemon, authkey, parent, identity }: Preparation): void {
    this.name = name;
    this.daemon = daemon;
    this.authkey = authkey;
    this.parent = parent;
    this.#identity = identity;
  }

  /** That of the next child: its number below the numbers of this process. */
  nextIdentity(): number[] {
    this.#children += 1;
    return [...this.#identity, this.#children];
  }
}

export const own: Own = new Own();
