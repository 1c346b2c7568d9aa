/** Changes a users file: whole or not at all, never readable by others, and by one program at a time. */
import { FileExistsError, FileNotFoundError, OSError } from '@p8/errors';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type UserEntry, parseUsers } from './users.ts';

/**
 * Adds, replaces or (with `undefined`) removes a user. Returns what happened. The new file is written beside the old one
 * with mode 600, flushed, and renamed over it; its name is also the lock. Raises ValueError for a file that cannot be
 * understood (it is left alone), OSError for one that cannot be written.
 */
export async function changeUser(
  file: string,
  name: string,
  change: (old: UserEntry | undefined) => UserEntry | undefined,
): Promise<'added' | 'changed' | 'removed' | 'absent'> {
  const next = `${file}.lock`;
  const handle = await open(next, 'wx', 0o600).catch((error: unknown) => {
    if (error instanceof FileExistsError)
      throw new OSError(
        `${next} exists: another p8-ftp passwd is at work, or one was killed; if so, remove that file`,
        {
          code: 'EEXIST',
          cause: error,
        },
      );
    if (error instanceof FileNotFoundError)
      throw new OSError(`there is no folder ${dirname(file)} for the users file`, { code: 'ENOENT', cause: error });
    throw error;
  });
  try {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (error instanceof FileNotFoundError) return '';
      throw error;
    });
    const old = parseUsers(text, file).find((entry) => entry.name === name);
    const entry = change(old);
    if (old === undefined && entry === undefined) {
      await rm(next);
      return 'absent';
    }
    // comments and the order of the others stay
    const lines = text.split('\n').filter((line) => line !== '');
    const index = lines.findIndex((line) => !line.startsWith('#') && JSON.parse(line).name === name);
    const replacement = entry === undefined ? [] : [JSON.stringify(entry)];
    if (index === -1) lines.push(...replacement);
    else lines.splice(index, 1, ...replacement);
    await handle.writeFile(lines.map((line) => `${line}\n`).join(''));
    await handle.sync();
    await rename(next, file);
    if (entry === undefined) return 'removed';
    return old === undefined ? 'added' : 'changed';
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}
