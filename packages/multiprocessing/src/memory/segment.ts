/** Where the memory of a name is: shm_overview(7). */
import { ValueError } from '@p8/errors';

const FOLDER = '/dev/shm';
/** NAME_MAX, without the slash. */
const LONGEST = 254;

/** The file of a name. Raises ValueError for what is no name. */
export function pathOf(name: string): string {
  const plain = name.startsWith('/') ? name.slice(1) : name;
  if (plain === '' || plain === '.' || plain === '..' || /[/\0\n]/.test(plain) || Buffer.byteLength(plain) > LONGEST) {
    throw new ValueError(`name must be 1 to ${LONGEST} bytes without a slash, not ${JSON.stringify(name)}`);
  }
  return `${FOLDER}/${plain}`;
}
