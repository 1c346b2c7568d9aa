/**
 * Removes the names of shared memory that this process has made and not unlinked: at its end by itself, and after a crash by a shell
 * that holds a list of them and sees that we are gone.
 *
 *     SharedMemory ── keep, forget ──▶ sh: its list        end of file ▷ rm
 */
import { unlinkSync } from 'node:fs';
import { BrokenPipeError, OSError } from '@p8/errors';
import { socketpair } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { constants, syscalls } from '@p8/syscall';
import { pathOf } from './segment.ts';

const SHELL = '/bin/sh';
/** A list of a shell is its arguments: `forget` takes the name out by going round once. */
const SCRIPT = `
trap '' INT TERM HUP
while IFS= read -r line; do
  word=\${line%% *} name=\${line#* } count=$#
  [ "$word" = keep ] && set -- "$@" "$name"
  [ "$word" = forget ] && while [ $count -gt 0 ]; do
    first=$1; shift; count=$((count - 1))
    [ "$first" = "$name" ] || set -- "$@" "$first"
  done
done <&3
for name; do rm -f -- "$name"; done
`;

const kept = new Set<string>();
let tracker: Socket | undefined;

/** This process has made the name. */
export function keep(name: string): void {
  kept.add(name);
  if (tracker === undefined) process.once('exit', removeAll);
  tell('keep', name);
}

/** The name is gone, or somebody else's affair. */
export function forget(name: string): void {
  if (kept.delete(name)) tell('forget', name);
}

function tell(word: 'keep' | 'forget', name: string): void {
  if (tracker !== undefined) {
    try {
      tracker.sendallSync(lineOf(word, name));
      return;
    } catch (error) {
      // somebody has ended it: another one takes over
      if (!(error instanceof BrokenPipeError)) throw error;
      tracker.close();
    }
  }
  tracker = startTracker();
  for (const each of kept) tracker.sendallSync(lineOf('keep', each));
}

function lineOf(word: string, name: string): string {
  return `${word} ${pathOf(name)}\n`;
}

function startTracker(): Socket {
  const [here, there] = socketpair();
  try {
    // a shell does not expect that it must ask again
    syscalls.fcntl(there.fileno(), constants.F_SETFL, 0);
    const args = Buffer.from([SHELL, '-c', SCRIPT, ''].join('\0'));
    const pid = syscalls.spawn(SHELL, args, Buffer.alloc(0), Int32Array.of(there.fileno()));
    if (pid < 0) throw new OSError(pid, { syscall: 'posix_spawn', path: SHELL });
    return here;
  } catch (error) {
    here.close();
    throw error;
  } finally {
    there.close();
  }
}

function removeAll(): void {
  for (const name of kept) {
    try {
      unlinkSync(pathOf(name));
    } catch {
      // somebody else has removed it
    }
  }
}
