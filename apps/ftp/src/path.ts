/**
 * Paths as the client writes them: `/` is the user's home, whatever it is on the disk. Pure text; {@link Jail} walks
 * them on descriptors. `..` goes back the way the client came (as a shell does), and above `/` it stays at `/`.
 */
import { Refused } from './replies.ts';

/** A place in the user's tree: the names from the home to it, none of them empty, `.` or `..`. */
export type Names = readonly string[];

/**
 * Resolves a path against the current folder. Raises {@link Refused} (501) for a NUL, which no system call would see
 * past: `a.txt\0.png` must not become `a.txt`.
 */
export function resolvePath(current: Names, path: string): Names {
  if (path.includes('\0')) throw new Refused(501, 'A path cannot hold a NUL.');
  const names = path.startsWith('/') ? [] : [...current];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names;
}

/** The absolute path that a client may send back: `/a/b`. */
export function formatPath(names: Names): string {
  return `/${names.join('/')}`;
}
