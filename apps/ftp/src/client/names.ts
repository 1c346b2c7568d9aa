/**
 * Names that came from a server. A server may be hostile, or merely pass on what its users called their files: a name in
 * a listing can be a path that leads elsewhere (`../../.ssh/authorized_keys`), and a text can hold escape sequences for
 * the terminal. History: wget CVE-2014-4877, lftp CVE-2018-10916, basic-ftp CVE-2026-27699.
 */

/** The C0 controls, DEL, the C1 controls, line and paragraph separators, and the marks that turn the direction of text. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** What no argument of a command may hold: it would end the command, and the rest would be another one (RFC 959, 5.3). */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const ENDS_COMMAND = /[\r\n\0]/;

/**
 * The bare name of a listed file: what follows the last slash, so that it always stays in the folder it is joined to.
 * Comes back undefined when nothing usable is left: empty, `.`, `..`, or with a CR, LF or NUL, which no command can name.
 */
export function bareName(listed: string): string | undefined {
  const name = listed.slice(listed.lastIndexOf('/') + 1);
  if (name === '' || name === '.' || name === '..' || ENDS_COMMAND.test(name)) return undefined;
  return name;
}

/** Whether a text can be an argument of a command. */
export function isArgument(text: string): boolean {
  return !ENDS_COMMAND.test(text);
}

/** The text with everything a terminal would obey written as `\x1b` or `\u202e`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}
