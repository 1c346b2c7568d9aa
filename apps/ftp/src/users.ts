/**
 * Who may log in. A users file has one JSON object a line:
 *
 *     {"name":"anna","password":"scrypt$16384$8$1$…$…","home":"/srv/anna","access":"write"}
 *
 * It is read again when it changed, so that `p8-ftp passwd` needs no restart. Passwords are bytes, as they came.
 */
import { FileNotFoundError, OSError, PermissionError, ValueError } from '@p8/errors';
import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { DEFAULT_COST, parseHash, verifyPassword } from './password.ts';
import { fromText } from './wire.ts';

/** What a user may do: `read` is list and download, `write` is everything. */
export type Access = 'read' | 'write';

/** Somebody who has logged in. */
export interface Account {
  /** A wire string. */
  readonly name: string;
  /** A folder on the disk. */
  readonly home: string;
  readonly access: Access;
}

/** One line of the users file. */
export interface UserEntry {
  readonly name: string;
  readonly password: string;
  /** Absolute; without it the served folder. */
  readonly home?: string | undefined;
  readonly access: Access;
}

const entrySchema = z.strictObject({
  // what would end a command line or look like another one cannot be a name
  name: z.string().regex(/^[^\p{Cc}\s](?:[^\p{Cc}]*[^\p{Cc}\s])?$/u, 'must be a name without control characters'),
  password: z.string(),
  home: z
    .string()
    .refine((path) => isAbsolute(path), 'must be an absolute path')
    .optional(),
  access: z.enum(['read', 'write']).default('write'),
});

/** Where accounts come from: the server asks it for every login. */
export interface Users {
  /** The account, or undefined if the name or the password is wrong; both take the same time. */
  check(name: string, password: Uint8Array): Promise<Account | undefined>;
}

/** Reads the lines of a users file. Raises ValueError that names the line and the fix. */
export function parseUsers(text: string, file: string): UserEntry[] {
  const entries = new Map<string, UserEntry>();
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const where = `${file}, line ${i + 1}`;
    const entry = parseEntry(line, where);
    if (entries.has(entry.name))
      throw new ValueError(`${where}: there is already a user ${entry.name}; remove one line`);
    entries.set(entry.name, entry);
  }
  return [...entries.values()];
}

/** The users of a file. Open it once, so that a bad file stops the start and not the first login. */
export class UsersFile implements Users {
  readonly #file: string;
  readonly #defaultHome: string;
  readonly #onError: (error: Error) => void;
  #entries: readonly UserEntry[] = [];
  #stamp = '';

  private constructor(file: string, defaultHome: string, onError: (error: Error) => void) {
    this.#file = file;
    this.#defaultHome = defaultHome;
    this.#onError = onError;
  }

  /**
   * Reads the file. Raises ValueError for a bad line, OSError when it cannot be read.
   * @param defaultHome for users without a home of their own
   * @param onError told when a changed file cannot be read; the users known before stay valid
   */
  static async open(file: string, defaultHome: string, onError: (error: Error) => void): Promise<UsersFile> {
    const users = new UsersFile(file, defaultHome, onError);
    await users.#load();
    return users;
  }

  async check(name: string, password: Uint8Array): Promise<Account | undefined> {
    try {
      await this.#load();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#onError(error);
    }
    const entry = this.#entries.find((candidate) => fromText(candidate.name) === name);
    const isRight = await verifyPassword(password, entry?.password ?? this.#decoy());
    if (!isRight || entry === undefined) return undefined;
    return { name, home: entry.home ?? this.#defaultHome, access: entry.access };
  }

  /** A hash that no password fits and that costs as much as the others: an unknown user takes as long as a known one. */
  #decoy(): string {
    const { N, r, p } = this.#entries[0] ? parseHash(this.#entries[0].password) : DEFAULT_COST;
    return `scrypt$${N}$${r}$${p}$${randomBytes(16).toString('base64url')}$${randomBytes(32).toString('base64url')}`;
  }

  async #load(): Promise<void> {
    const { mtimeNs, size, ino } = await this.#stat();
    const stamp = `${mtimeNs} ${size} ${ino}`;
    if (stamp === this.#stamp) return;
    // a file that is broken is complained about once, not at every login
    this.#stamp = stamp;
    this.#entries = parseUsers(await readFile(this.#file, 'utf8'), this.#file);
  }

  async #stat(): Promise<{ mtimeNs: bigint; size: bigint; ino: bigint }> {
    try {
      return await stat(this.#file, { bigint: true });
    } catch (error) {
      if (error instanceof FileNotFoundError)
        throw new OSError(
          `there is no users file ${this.#file}; make it with: p8-ftp passwd NAME --users ${this.#file}`,
          {
            code: 'ENOENT',
            cause: error,
          },
        );
      if (error instanceof PermissionError)
        throw new OSError(`the users file ${this.#file} cannot be read by this user`, { code: 'EACCES', cause: error });
      throw error;
    }
  }
}

/** One user with one password, made up at the start of the program. */
export class SingleUser implements Users {
  readonly #account: Account;
  readonly #hash: string;

  /** @param hash as `hashPassword` makes it */
  constructor(account: Account, hash: string) {
    this.#account = account;
    this.#hash = hash;
  }

  async check(name: string, password: Uint8Array): Promise<Account | undefined> {
    const isRight = await verifyPassword(password, this.#hash);
    return isRight && name === this.#account.name ? this.#account : undefined;
  }
}

function parseEntry(line: string, where: string): UserEntry {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch (error) {
    throw new ValueError(`${where}: not JSON (${(error as Error).message}); one {"name":…,"password":…} a line`, {
      cause: error,
    });
  }
  const parsed = entrySchema.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ValueError(`${where}: ${[...(issue?.path ?? []), issue?.message].join(': ')}`);
  }
  try {
    parseHash(parsed.data.password);
  } catch (error) {
    throw new ValueError(`${where}: ${(error as Error).message}`, { cause: error });
  }
  return parsed.data;
}
