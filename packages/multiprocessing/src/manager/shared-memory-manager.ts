/** https://docs.python.org/3/library/multiprocessing.shared_memory.html#multiprocessing.managers.SharedMemoryManager */
import { ShareableList } from '../memory/shareable-list.ts';
import type { Shareable } from '../memory/shareable-list.ts';
import { SharedMemory } from '../memory/shared-memory.ts';
import { forget } from '../memory/tracker.ts';
import { BaseManager } from './base-manager.ts';
import type { ServerType } from './manager-process.ts';
import { SharedMemoryServer } from './shared-memory-server.ts';

/**
 * A manager of shared memory: what it makes belongs to its server, and is gone when that ends, by `shutdown`, or because it or the
 * program that started it was killed. Close what you have; you need not unlink it.
 */
export class SharedMemoryManager extends BaseManager {
  static override readonly serverType: ServerType = SharedMemoryServer;

  /** Memory of so many bytes. Raises what `SharedMemory` raises. */
  async SharedMemory(size: number): Promise<SharedMemory> {
    const memory = new SharedMemory({ create: true, size });
    await this.#give(memory);
    return memory;
  }

  SharedMemorySync(size: number): SharedMemory {
    const memory = new SharedMemory({ create: true, size });
    this.#giveSync(memory);
    return memory;
  }

  /** A list of these items in shared memory. Raises what `ShareableList` raises. */
  async ShareableList(items: Iterable<Shareable>): Promise<ShareableList> {
    const list = new ShareableList(items);
    await this.#give(list.shm);
    return list;
  }

  ShareableListSync(items: Iterable<Shareable>): ShareableList {
    const list = new ShareableList(items);
    this.#giveSync(list.shm);
    return list;
  }

  /** Until the server owns it, it goes with this process. */
  async #give(memory: SharedMemory): Promise<void> {
    try {
      await this.link.ask('track_segment', [memory.name]);
      forget(memory.name);
    } catch (error) {
      memory.unlink();
      throw error;
    }
  }

  #giveSync(memory: SharedMemory): void {
    try {
      this.link.askSync('track_segment', [memory.name]);
      forget(memory.name);
    } catch (error) {
      memory.unlink();
      throw error;
    }
  }
}
