/** Who of the program's threads lives, for those who wait for what they hold: see native/life.cc of @p8/syscall. */
import { fstatSync } from 'node:fs';
import { OSError, RuntimeError } from '@p8/errors';
import { syscalls } from '@p8/syscall';

const ENOENT = 2;
const EAGAIN = 11;

/** The descriptor that the table has in a child: the one behind its parent's. */
export const LIFE_TABLE = 4;

/** This thread, once it is entered. */
let self = 0;

/** The descriptor of the program's table, which is made by the first process that asks. Raises OSError where that is not possible. */
export function lifeTable(): number {
  const known = syscalls.lifeOpen(-1);
  if (known !== -ENOENT) return known;
  const fd = checked(syscalls.memfdCreate('p8-life'), 'memfd_create');
  const used = syscalls.lifeOpen(fd);
  // another thread was faster, or there is no room
  if (used !== fd) syscalls.close(fd);
  return checked(used, 'mmap');
}

/** What tells this program, with all its processes, from others: the file of its table. */
export function program(): number {
  return (own ??= fstatSync(lifeTable()).ino);
}

let own: number | undefined;

/** For a child: the table is the one that it was given. */
export function adoptLifeTable(): void {
  checked(syscalls.lifeOpen(LIFE_TABLE), 'mmap');
}

/** The number of this thread as a holder. Raises RuntimeError where two thousand others have one. */
export function ownNumber(): number {
  if (self !== 0) return self;
  lifeTable();
  const claimed = syscalls.lifeClaim();
  if (claimed === -EAGAIN) throw new RuntimeError('more than 2000 threads of this program use locks of processes');
  self = checked(claimed, 'pthread_mutex_lock');
  return self;
}

function checked(outcome: number, syscall: string): number {
  if (outcome < 0) throw new OSError(outcome, { syscall });
  return outcome;
}
