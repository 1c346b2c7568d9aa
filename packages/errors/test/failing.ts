/** Functions that fail, in a file whose calls a traceback shows. */
import { ExceptionGroup, OSError, RuntimeError, ValueError } from '@p8/errors';

export function parse(): never {
  throw new ValueError('not a number');
}

export function configure(): never {
  try {
    parse();
  } catch (cause) {
    throw new RuntimeError('cannot start', { cause });
  }
}

export function together(): ExceptionGroup {
  return new ExceptionGroup('eg', [new ValueError('1'), new ExceptionGroup('in', [new OSError('t')])]);
}
