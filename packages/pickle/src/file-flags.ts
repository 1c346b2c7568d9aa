/** Flags that do not fit a file: `-e` and its kin say that the program is a text. */
const FOR_TEXT = /^(?:-e|--eval|-p|--print|-pe|--input-type=.*)$/;

/** Of Node's flags those for a program that is a file, as the boot file of a thread or process is one: `process.execArgv` without `-e`. */
export function fileFlags(flags: readonly string[]): string[] {
  return flags.filter((flag, i) => !FOR_TEXT.test(flag) && !FOR_TEXT.test(flags[i - 1] ?? ''));
}
