/** The errors of the name look-ups. https://docs.python.org/3/library/socket.html#socket.gaierror · gai_strerror(3) */
import { OSError } from '@p8/errors';
import { constants, syscalls } from '@p8/syscall';
import type { Constants } from '@p8/syscall';

/** A name or a service could not be looked up. `errno` is the EAI number, `code` its name: `'EAI_NONAME'`. */
export class gaierror extends OSError {
  declare readonly errno: number;

  constructor(errno: number, host: string | null, call = 'getaddrinfo') {
    const what = host === null ? '' : `: ${JSON.stringify(host)}`;
    const text = syscalls.gaiStrerror(errno);
    super(`[Errno ${errno}] ${text}${what}`, { code: codeOf(errno), strerror: text, syscall: call });
    this.errno = errno;
  }
}

/** A host could not be looked up by the older calls. `errno` is the `h_errno`: 1 for an unknown host. hstrerror(3) */
export class herror extends OSError {
  declare readonly errno: number;

  constructor(errno: number, host: string, call: string) {
    const text = syscalls.hstrerror(errno);
    super(`[Errno ${errno}] ${text}: ${JSON.stringify(host)}`, { strerror: text, syscall: call });
    this.errno = errno;
  }
}

function codeOf(errno: number): string {
  const names = Object.keys(constants) as (keyof Constants)[];
  return names.find((name) => name.startsWith('EAI_') && constants[name] === errno) ?? 'EAI_FAIL';
}
