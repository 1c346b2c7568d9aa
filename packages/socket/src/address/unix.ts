/** AF_UNIX: a path, or bytes; a first byte of 0 is a name in the abstract namespace, '' asks for one: unix(7). */
import { OSError, ValueError } from '@p8/errors';
import { constants } from '@p8/syscall';
import { describe } from '../describe.ts';
import { sockaddrOf } from './shape.ts';
import type { AddressFormat } from './shape.ts';

const FAMILY_SIZE = 2;
/** `sun_path` is 108 bytes; a path keeps one for its final zero. */
const LONGEST_PATH = 107;
const LONGEST_ABSTRACT = 108;

export const unix: AddressFormat<string | Buffer> = {
  encode(address, call) {
    if (typeof address !== 'string' && !(address instanceof Uint8Array)) {
      throw new TypeError(`${call}(): AF_UNIX address must be a path or bytes, not ${describe(address)}`);
    }
    const path = typeof address === 'string' ? Buffer.from(address) : address;
    const isAbstract = path[0] === 0;
    const longest = isAbstract ? LONGEST_ABSTRACT : LONGEST_PATH;
    if (path.length > longest) {
      const fix = isAbstract ? '' : '; use a shorter path, or one relative to the current folder';
      throw new OSError(`AF_UNIX path too long: ${path.length} bytes, at most ${longest}${fix}`, {
        code: 'ENAMETOOLONG',
        syscall: call,
        address,
      });
    }
    if (!isAbstract && path.includes(0)) {
      throw new ValueError(`${call}(): a path must not hold a zero byte; begin with one for an abstract name`);
    }
    // the final zero belongs to a path, and would be part of an abstract name; no name at all asks for autobind
    const end = isAbstract || path.length === 0 ? 0 : 1;
    const [sockaddr] = sockaddrOf(constants.AF_UNIX, FAMILY_SIZE + path.length + end);
    sockaddr.set(path, FAMILY_SIZE);
    return sockaddr;
  },
  least: FAMILY_SIZE,
  decode(sockaddr) {
    const path = sockaddr.subarray(FAMILY_SIZE);
    if (path.length === 0) return '';
    if (path[0] === 0) return Buffer.from(path);
    const end = path.indexOf(0);
    const bytes = Buffer.from(path.subarray(0, end < 0 ? path.length : end));
    const text = bytes.toString();
    // a path that is not UTF-8 stays bytes, so that it can be used again
    return Buffer.from(text).equals(bytes) ? text : bytes;
  },
};
