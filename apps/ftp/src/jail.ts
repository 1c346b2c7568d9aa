/**
 * A user's home as a tree that nothing leads out of. Every path is walked from the home's descriptor, one name at a time:
 *
 *     /proc/self/fd/<folder>/<one name>      opened with O_PATH | O_DIRECTORY | O_NOFOLLOW
 *
 * and the last name is used in the same way, so that the kernel never follows a link or a `..` for us, and a folder that
 * is swapped for a link between two steps changes nothing: what was opened is what is used. Links are read and walked by
 * hand. One that stays in the home works; one that leads out of it is refused, for every verb.
 *
 * Where there is no `/proc` (macOS) the same walk checks each name with `lstat` and then uses it in a path. That stops
 * every link that lies still, but not one that is swapped in at the right moment.
 *
 * open(2), path_resolution(7), proc(5)
 */
import { FileNotFoundError, NotADirectoryError, OSError } from '@p8/errors';
import type { BigIntStats } from 'node:fs';
import { constants, existsSync } from 'node:fs';
import {
  type FileHandle,
  lstat,
  lutimes,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rmdir,
  unlink,
} from 'node:fs/promises';
import type { Names } from './path.ts';
import { Refused } from './replies.ts';
import { fromBytes, fromText, toBytes } from './wire.ts';

/** Linux's limit (path_resolution(7)). */
const MAXIMUM_LINKS = 40;
/** Only Linux has it, and Node does not name it; the value is the same on x64 and arm64. */
const O_PATH = 0o10000000;
const ENTER = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** True where folders can be held by descriptor: the strong guarantee. */
export const hasDescriptorPaths: boolean = process.platform === 'linux' && existsSync('/proc/self/fd');

/** A folder that a walk is in: a prefix for system calls, which holds a descriptor where that is possible. */
interface Folder {
  readonly path: string;
  readonly close: () => Promise<void>;
}

/** One name in one folder: what the verbs act on. Close it after use. */
export class Place implements AsyncDisposable {
  /** The last name; empty for the home itself. */
  readonly name: string;
  readonly #path: Buffer;
  readonly #folder: Folder;

  constructor(folder: Folder, name: string) {
    this.#folder = folder;
    this.name = name;
    this.#path = toBytes(name === '' ? `${folder.path}/.` : `${folder.path}/${name}`);
  }

  /** What is there now, of a link the link itself. */
  stat(): Promise<BigIntStats> {
    return lstat(this.#path, { bigint: true });
  }

  /** Opens a regular file. Raises {@link Refused} (550) for a FIFO, a device or a folder, which never block it. */
  async openFile(flags: number, mode?: number): Promise<FileHandle> {
    const { O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
    const handle = await open(this.#path, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, mode);
    try {
      if (!(await handle.stat()).isFile()) throw new Refused(550, 'That is not a regular file.');
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  mkdir(mode: number): Promise<void> {
    return mkdir(this.#path, { mode }).then(() => undefined);
  }

  rmdir(): Promise<void> {
    if (this.name === '') return Promise.reject(new Refused(550, 'The home folder stays.'));
    return rmdir(this.#path);
  }

  unlink(): Promise<void> {
    return unlink(this.#path);
  }

  rename(to: Place): Promise<void> {
    if (this.name === '' || to.name === '') return Promise.reject(new Refused(550, 'The home folder stays.'));
    return rename(this.#path, to.#path);
  }

  /** Sets the time of the last change, in seconds since 1970; a link's own, should one have taken the place. */
  async setModified(seconds: number): Promise<void> {
    const { atimeMs } = await lstat(this.#path);
    await lutimes(this.#path, atimeMs / 1000, seconds);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder.close();
  }
}

/** A folder's entries, read once, and each one's state on request. Close it after use. */
export class FolderView implements AsyncDisposable {
  readonly #folder: Folder;

  constructor(folder: Folder) {
    this.#folder = folder;
  }

  /** All names, sorted by their bytes; `.` and `..` are not among them. */
  async names(): Promise<string[]> {
    const names = await readdir(toBytes(`${this.#folder.path}/.`), 'buffer');
    return names.map((name) => fromBytes(name)).sort();
  }

  /** The folder itself, or one entry of it (of a link the link itself); undefined if it went away meanwhile. */
  async stat(name = '.'): Promise<BigIntStats | undefined> {
    try {
      return await lstat(toBytes(`${this.#folder.path}/${name}`), { bigint: true });
    } catch (error) {
      if (error instanceof FileNotFoundError) return undefined;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder.close();
  }
}

/** One user's home. Holds a descriptor of it (on Linux) until it is closed. */
export class Jail implements AsyncDisposable {
  /** The home's real path on the disk, for links that name it absolutely. A wire string. */
  readonly #root: string;
  /** Closed by the jail alone, never by a walk. */
  readonly #home: Folder;
  readonly #close: () => Promise<void>;
  readonly #strong: boolean;

  private constructor(root: string, home: Folder, strong: boolean) {
    this.#root = root;
    this.#home = { path: home.path, close: async () => undefined };
    this.#close = home.close;
    this.#strong = strong;
  }

  /**
   * Opens a home. Raises what `open` raises if it is no folder.
   * @param strong act on descriptors; false is what a system without `/proc` gets
   */
  static async open(home: string, strong: boolean = hasDescriptorPaths): Promise<Jail> {
    const root = fromText(await realpath(home));
    const folder = strong ? await enterByDescriptor(root) : await enterByPath(root);
    return new Jail(root === '/' ? '' : root, folder, strong);
  }

  /**
   * Finds where a path ends, following links on the way and, unless told not to, at the end. The last name need not
   * exist. Raises {@link Refused} (550) for a link out of the home, `ENOENT` and `ENOTDIR` for a way that is none.
   * @param followLast false for verbs that act on a link itself (DELE, RNFR): it must lead inside all the same
   */
  async place(names: Names, followLast = true): Promise<Place> {
    const { folder, name } = await this.#walk(names, followLast ? 'follow' : 'keep');
    return new Place(folder, name);
  }

  /** Opens a folder for reading its entries, following links. Raises as {@link Jail.place} does. */
  async folder(names: Names): Promise<FolderView> {
    return new FolderView((await this.#walk(names, 'enter')).folder);
  }

  /** The path in the home that a link leads to; undefined if it leads out, nowhere or in a circle. */
  async linkTarget(names: Names): Promise<Names | undefined> {
    try {
      const walk = await this.#walk(names, 'follow');
      await walk.folder.close();
      return walk.at;
    } catch (error) {
      if (error instanceof OSError || error instanceof Refused) return undefined;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  /**
   * The walk. `way` holds the folders that are open, the home first; `left` the names still to go, which a link's target
   * is put in front of. Folders that are left behind stay open until the end, for the `..` of a link's target.
   */
  async #walk(names: Names, last: 'follow' | 'keep' | 'enter'): Promise<Walk> {
    const way: Step[] = [{ folder: this.#home, name: '' }];
    const left = [...names];
    let links = 0;
    try {
      for (;;) {
        const name = left.shift();
        if (name === undefined) return await settle(way, '');
        if (name === '..') {
          if (way.length === 1) throw outside();
          await way.pop()?.folder.close();
          continue;
        }
        const folder = (way.at(-1) as Step).folder;
        const isLast = left.length === 0 && last !== 'enter';
        const entered = isLast ? undefined : await this.#enter(folder, name);
        if (entered !== undefined) {
          way.push({ folder: entered, name });
          continue;
        }
        const target = await linkText(folder, name);
        if (target === undefined) {
          if (!isLast) throw new NotADirectoryError(20);
          return await settle(way, name);
        }
        if (++links > MAXIMUM_LINKS) throw new OSError(40);
        if (isLast && last === 'keep') {
          await this.#checkLink(way, target);
          return await settle(way, name);
        }
        if (target.startsWith('/')) {
          for (const step of way.splice(1)) await step.folder.close();
        }
        left.unshift(...this.#stepsOf(target));
      }
    } catch (error) {
      for (const step of way.slice(1)) await step.folder.close();
      throw error;
    }
  }

  /** Opens the folder of that name; undefined if it is a link or no folder. */
  async #enter(folder: Folder, name: string): Promise<Folder | undefined> {
    try {
      return await (this.#strong ? enterByDescriptor : enterByPath)(`${folder.path}/${name}`);
    } catch (error) {
      // O_DIRECTORY with O_NOFOLLOW on a link: ENOTDIR on Linux, ELOOP elsewhere
      if (error instanceof NotADirectoryError || (error instanceof OSError && error.code === 'ELOOP')) return undefined;
      throw error;
    }
  }

  /** The names that a link's text stands for, from the link's folder, or from the home when the text is absolute. */
  #stepsOf(target: string): string[] {
    const isAbsolute = target.startsWith('/');
    if (isAbsolute && target !== this.#root && !target.startsWith(`${this.#root}/`)) throw outside();
    const rest = isAbsolute ? target.slice(this.#root.length) : target;
    return rest.split('/').filter((name) => name !== '' && name !== '.');
  }

  /** A link that is removed or renamed is not followed, but one that leads out is refused here too. */
  async #checkLink(way: readonly Step[], target: string): Promise<void> {
    const from = target.startsWith('/') ? [] : way.slice(1).map((step) => step.name);
    const steps = this.#stepsOf(target);
    try {
      const walk = await this.#walk([...from, ...steps], 'follow');
      await walk.folder.close();
    } catch (error) {
      // a link to nothing may be removed; one that leaves the home on its way may not
      if (error instanceof Refused) throw error;
    }
  }
}

interface Step {
  readonly folder: Folder;
  readonly name: string;
}

interface Walk {
  readonly folder: Folder;
  readonly name: string;
  readonly at: Names;
}

/** Closes the folders behind, keeps the last one. A walk that ends at a folder without a name ends inside it. */
async function settle(way: Step[], name: string): Promise<Walk> {
  const { folder } = way.at(-1) as Step;
  for (const step of way.slice(1, -1)) await step.folder.close();
  const at = way.slice(1).map((step) => step.name);
  return { folder, name, at: name === '' ? at : [...at, name] };
}

async function enterByDescriptor(path: string): Promise<Folder> {
  const handle = await open(toBytes(path), ENTER);
  return { path: `/proc/self/fd/${handle.fd}`, close: () => handle.close() };
}

async function enterByPath(path: string): Promise<Folder> {
  if (!(await lstat(toBytes(path))).isDirectory()) throw new NotADirectoryError(20);
  return { path, close: async () => undefined };
}

/** The text of a link; undefined if that is no link or not there. */
async function linkText(folder: Folder, name: string): Promise<string | undefined> {
  try {
    return fromBytes(await readlink(toBytes(`${folder.path}/${name}`), 'buffer'));
  } catch (error) {
    if (error instanceof FileNotFoundError || (error instanceof OSError && error.code === 'EINVAL')) return undefined;
    throw error;
  }
}

function outside(): Error {
  return new Refused(550, 'This link leads out of the home folder.');
}
