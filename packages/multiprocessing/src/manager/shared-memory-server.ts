/** A server that also owns shared memory, which is gone with it, however it ends. */
import { unlinkSync } from 'node:fs';
import { importable } from '@p8/pickle';
import { pathOf } from '../memory/segment.ts';
import { forget, keep } from '../memory/tracker.ts';
import { Server } from './server.ts';
import type { Asked } from './server.ts';

export class SharedMemoryServer extends Server {
  readonly #names = new Set<string>();

  override shutdown(): void {
    for (const name of this.#names) this.#release(name);
    super.shutdown();
  }

  protected override asked(): Readonly<Record<string, Asked>> {
    return {
      ...super.asked(),
      track_segment: (_service, [name]) => this.#own(nameIn(name)),
      release_segment: (_service, [name]) => this.#release(nameIn(name)),
      list_segments: () => [...this.#names],
    };
  }

  #own(name: string): void {
    this.#names.add(name);
    keep(name);
  }

  #release(name: string): void {
    this.#names.delete(name);
    forget(name);
    try {
      unlinkSync(pathOf(name));
    } catch {
      // somebody has unlinked it
    }
  }
}

/** Python says some with the slash. Raises TypeError for what is a path elsewhere. */
function nameIn(given: unknown): string {
  const name = String(given).replace(/^\//, '');
  if (name === '' || name.includes('/')) throw new TypeError(`a name of shared memory has no slash: ${name}`);
  return name;
}

importable(import.meta, { SharedMemoryServer });
