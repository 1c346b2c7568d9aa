/**
 * Memory with a name, which any process can map: https://docs.python.org/3/library/multiprocessing.shared_memory.html
 */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, unlinkSync } from 'node:fs';
import { OSError, ResourceWarning, RuntimeError, ValueError, warn } from '@p8/errors';
import { importable, reducible } from '@p8/pickle';
import { syscalls } from '@p8/syscall';
import { forget, keep } from './tracker.ts';
import { pathOf } from './segment.ts';

export interface SharedMemoryOptions {
  /** What other processes know it by; without one, a new name is chosen. Needed to attach. */
  readonly name?: string | undefined;
  /** Make it; otherwise it must be there. Default: false. */
  readonly create?: boolean | undefined;
  /** How many bytes it has, where it is made. */
  readonly size?: number | undefined;
  /** Whether the name is removed when the process that made it ends, be it by a crash. Default: true. */
  readonly track?: boolean | undefined;
}

const USER_ONLY = 0o600;
const FILE_EXISTS = 'EEXIST';

/**
 * A piece of shared memory. The process that makes it owns it: its name is removed by `unlink`, or with that process. Those that
 * attach only map it.
 *
 *     using memory = new SharedMemory({ create: true, size: 4096 });
 *     memory.buf[0] = 7;
 *     memory.unlink();
 */
export class SharedMemory implements Disposable {
  static {
    reducible(SharedMemory, ({ name }) => [attachTo, [name]]);
  }

  /** Without the leading slash. */
  readonly name: string;
  readonly size: number;
  readonly #mapping: Mapping;

  /**
   * Makes it, or attaches to it. Raises ValueError for options that do not go together, FileExistsError, FileNotFoundError, and OSError
   * (ENOSPC) where there is no room for it. Never waits.
   */
  constructor({ name, create = false, size = 0, track = true }: SharedMemoryOptions = {}) {
    if (!Number.isInteger(size) || size < 0) throw new ValueError("'size' must be a positive integer");
    if (create && size === 0) throw new ValueError("'size' must be a positive number different from zero");
    if (!create && name === undefined) throw new ValueError("'name' can only be None if create=True");
    const [fd, chosen] = create
      ? make(name)
      : [open(pathOf(name as string), constants.O_RDWR, name as string), name as string];
    this.name = chosen.replace(/^\//, '');
    try {
      if (create) check(syscalls.fallocate(fd, size), 'posix_fallocate', this.name);
      this.size = create ? size : fstatSync(fd).size;
      if (this.size === 0) throw new ValueError(`the memory ${this.name} is still empty: it is being made`);
      this.#mapping = map(fd, this.size, this.name);
    } catch (error) {
      if (create) unlinkSync(pathOf(this.name));
      throw error;
    } finally {
      closeSync(fd);
    }
    if (create && track) keep(this.name);
    leaks.register(this, this.#mapping, this);
  }

  /** Its bytes. Raises RuntimeError once it is closed; views made before are then empty. */
  get buf(): Uint8Array<ArrayBuffer> {
    const { bytes } = this.#mapping;
    if (bytes === undefined) throw new RuntimeError(`the memory ${this.name} was closed here`);
    return bytes;
  }

  get closed(): boolean {
    return this.#mapping.bytes === undefined;
  }

  /** Unmaps it here; every view of it is empty from now on. It stays for others. Twice is fine. */
  close(): void {
    leaks.unregister(this);
    this.#mapping.close();
  }

  /** Removes the name: nobody can attach any more, and the memory is freed when all have closed it. Raises FileNotFoundError. */
  unlink(): void {
    try {
      unlinkSync(pathOf(this.name));
    } catch (error) {
      throw failure(error, this.name);
    } finally {
      forget(this.name);
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  toString(): string {
    return `SharedMemory(${JSON.stringify(this.name)}, size=${this.size})`;
  }
}

/** For a process that gets one. */
export function attachTo(name: string): SharedMemory {
  return new SharedMemory({ name });
}

class Mapping {
  bytes: Uint8Array<ArrayBuffer> | undefined;
  readonly #handle: object;

  constructor(buffer: ArrayBuffer, handle: object) {
    this.bytes = new Uint8Array(buffer);
    this.#handle = handle;
  }

  close(): void {
    const { bytes } = this;
    this.bytes = undefined;
    if (bytes !== undefined) check(syscalls.munmap(bytes.buffer, this.#handle), 'munmap', '');
  }
}

function map(fd: number, size: number, name: string): Mapping {
  const mapped = syscalls.mmap(fd, size, 0);
  if (typeof mapped === 'number') throw new OSError(mapped, { syscall: 'mmap', path: `/${name}` });
  return new Mapping(...mapped);
}

/** A file under a name that nobody had. */
function make(name: string | undefined): [fd: number, name: string] {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
  if (name !== undefined) return [open(pathOf(name), flags, name), name];
  for (;;) {
    const chosen = `psm_${randomBytes(4).toString('hex')}`;
    try {
      return [open(pathOf(chosen), flags, chosen), chosen];
    } catch (error) {
      if ((error as OSError).code !== FILE_EXISTS) throw error;
    }
  }
}

function open(path: string, flags: number, name: string): number {
  try {
    return openSync(path, flags | constants.O_NOFOLLOW, USER_ONLY);
  } catch (error) {
    throw failure(error, name);
  }
}

/** Node's error as ours, which names the memory as Python does. */
function failure(error: unknown, name: string): OSError {
  return new OSError((error as { errno: number }).errno, { path: `/${name.replace(/^\//, '')}` });
}

function check(outcome: number, syscall: string, name: string): void {
  if (outcome < 0) throw new OSError(outcome, { syscall, path: `/${name}` });
}

/** Unmapping waits for the collector otherwise, which does not see how large it is. */
const leaks = new FinalizationRegistry((mapping: Mapping) => {
  if (mapping.bytes === undefined) return;
  mapping.close();
  warn('a SharedMemory was never closed; close it, or declare it with "using"', ResourceWarning);
});

importable(import.meta, { attachTo });
