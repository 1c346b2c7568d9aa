/** Plain lists and dicts inside a shared one: what is changed in a copy of them is not seen by others. */
import { RuntimeWarning, warn } from '@p8/errors';
import { isDict } from './types/equality.ts';

const warned = new Set<string>();

/** Says so once for each kind, and gives the arguments back. */
export function warnOfNested(holder: string, value: unknown): void {
  const kind = Array.isArray(value) ? 'list' : isDict(value) ? 'dict' : undefined;
  if (kind === undefined || warned.has(`${holder} ${kind}`)) return;
  warned.add(`${holder} ${kind}`);
  warn(
    `a plain ${kind === 'list' ? 'array' : 'object'} was put into a shared ${holder}: who gets it has a copy, and changes of the copy ` +
      `are not shared. Put a proxy into it (await manager.${kind}(...)), or put the changed value back`,
    RuntimeWarning,
  );
}
