/** The programs in C: compiled when their source is newer, never kept in git. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const bench: string = join(import.meta.dirname, '..');

/** The path of the compiled `native/NAME.c`; throws what the compiler printed when it does not compile. */
export function nativeProgram(name: string): string {
  const source = join(bench, 'native', `${name}.c`);
  const newest = Math.max(...[source, join(bench, 'native', 'address.h')].map((file) => statSync(file).mtimeMs));
  const program = join(bench, 'build', name);
  const built = statSync(program, { throwIfNoEntry: false });
  if (built !== undefined && built.mtimeMs > newest) return program;
  mkdirSync(join(bench, 'build'), { recursive: true });
  // two runs may start at once, and one must not execute what the other is still writing
  const unfinished = `${program}.${process.pid}`;
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-o', unfinished, source], { stdio: ['ignore', 'ignore', 'inherit'] });
  renameSync(unfinished, program);
  return program;
}
