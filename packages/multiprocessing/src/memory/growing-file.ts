/** A file without a name that grows. Whoever finds that it has grown maps it anew. */
import { fstatSync } from 'node:fs';
import { OSError } from '@p8/errors';
import { syscalls } from '@p8/syscall';
import { makeFile } from './memfd.ts';

export class GrowingFile {
  /** Open until it is closed, at the latest when nobody has it any more. */
  readonly fd: number;
  #mapping: [buffer: ArrayBuffer, handle: object] | undefined;

  /** @param fd becomes its own */
  constructor(fd: number) {
    this.fd = fd;
    forgotten.register(this, fd, this);
  }

  /** A new one. Raises what `reserve` raises, which gives it its first bytes, and the OSError of the system. */
  static make(name: string, reserve: (fd: number) => void): GrowingFile {
    return new GrowingFile(makeFile(name, true, reserve));
  }

  get size(): number {
    return fstatSync(this.fd).size;
  }

  /** The memory, where it has so many bytes. What was given before may be empty then. Raises the OSError of mmap(2). */
  bytes(length: number): ArrayBuffer {
    if ((this.#mapping?.[0].byteLength ?? 0) < length) this.#map();
    return this.#mapping![0];
  }

  /** Lets go of it in this process. Twice is fine. */
  close(): void {
    if (!forgotten.unregister(this)) return;
    syscalls.close(this.fd);
    this.#unmap();
  }

  #map(): void {
    const mapping = syscalls.mmap(this.fd, this.size, 0);
    if (typeof mapping === 'number') throw new OSError(mapping, { syscall: 'mmap' });
    this.#unmap();
    this.#mapping = mapping;
  }

  #unmap(): void {
    if (this.#mapping !== undefined) syscalls.munmap(...this.#mapping);
    this.#mapping = undefined;
  }
}

const forgotten = new FinalizationRegistry<number>((fd) => syscalls.close(fd));
