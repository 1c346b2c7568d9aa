/**
 * Shell patterns for one name, for the `NLST *.txt` of an old client's mget: `*`, `?`, `[a-z]`, `[!a-z]`. No braces, no
 * patterns in folders, and a matcher that goes back to the last star only, so that no pattern costs more than
 * pattern × name (CVE-2010-2632 is what the other kind leads to).
 */

/** Whether a name holds pattern characters. */
export function isPattern(name: string): boolean {
  return /[*?[]/.test(name);
}

/** Whether a name matches. A name that begins with a dot matches only a pattern that does too. */
export function matches(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  let p = 0;
  let n = 0;
  let star = -1;
  let mark = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      mark = n;
      continue;
    }
    const length = matchOne(pattern, p, name[n] as string);
    if (length > 0) {
      p += length;
      n++;
    } else if (star !== -1) {
      p = star + 1;
      n = ++mark;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** How many characters of the pattern match this one character of the name; 0 for none. */
function matchOne(pattern: string, p: number, character: string): number {
  const wanted = pattern[p];
  if (wanted === '?') return 1;
  const close = wanted === '[' ? pattern.indexOf(']', pattern[p + 1] === '!' ? p + 3 : p + 2) : -1;
  if (close === -1) return wanted === character ? 1 : 0;
  const negated = pattern[p + 1] === '!';
  return inSet(pattern.slice(negated ? p + 2 : p + 1, close), character) === negated ? 0 : close + 1 - p;
}

function inSet(set: string, character: string): boolean {
  for (let i = 0; i < set.length; i++) {
    const from = set[i] as string;
    const to = set[i + 2];
    if (set[i + 1] === '-' && to !== undefined) {
      if (from <= character && character <= to) return true;
      i += 2;
    } else if (from === character) return true;
  }
  return false;
}
