/**
 * Replies of RFC 959 §4.2, and which reply an error becomes. Reply texts are ours, the numbers are the contract.
 */
import {
  type Except,
  Exception,
  FileExistsError,
  FileNotFoundError,
  IsADirectoryError,
  NotADirectoryError,
  OSError,
  PermissionError,
  except,
} from '@p8/errors';

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const CONTROL = /[\u0000-\u001f\u007f]/g;

/** One reply: its number and its lines, as wire strings without line ends. */
export interface Reply {
  readonly code: number;
  readonly lines: readonly string[];
}

/** Makes a reply of one line, or of several: the first and the last carry the number. */
export function reply(code: number, ...lines: readonly string[]): Reply {
  return { code, lines };
}

/** A command cannot be done, and this is the answer: raised where a return value would have to pass many hands. */
export class Refused extends Exception {
  readonly reply: Reply;

  constructor(code: number, text: string, options?: ErrorOptions) {
    super(text, options);
    this.reply = reply(code, text);
  }
}

/**
 * The bytes of a reply. Inner lines that begin with a digit get a space before it, since a client may look for the last
 * line by its number alone; control characters (a file name may hold CR and LF) become `?`, since they would end the line.
 */
export function render({ code, lines }: Reply): Buffer {
  const last = lines.length - 1;
  const text = lines.map((line, i) => {
    const clean = line.replaceAll(CONTROL, '?');
    if (i === last) return `${code} ${clean}\r\n`;
    if (i === 0) return `${code}-${clean}\r\n`;
    return `${/^\d/.test(clean) ? ' ' : ''}${clean}\r\n`;
  });
  return Buffer.from(text.join(''), 'latin1');
}

/** `"path"` with its quotes doubled, as PWD and MKD show it (RFC 959, appendix II). */
export function quoted(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}

/** What the file system says, as replies. Order matters: the first class that fits answers. */
export const fileReplies: readonly Except<Reply>[] = [
  except(Refused, (error) => error.reply),
  except(FileNotFoundError, () => reply(550, 'No such file or folder.')),
  except(FileExistsError, () => reply(550, 'There is already something with this name.')),
  except(PermissionError, () => reply(550, 'Permission denied.')),
  except(IsADirectoryError, () => reply(550, 'That is a folder.')),
  except(NotADirectoryError, () => reply(550, 'A part of this path is not a folder.')),
  except(OSError, (error) => systemReply(error.code)),
];

function systemReply(code: string | undefined): Reply {
  switch (code) {
    case 'ENOSPC':
      return reply(452, 'No room left on the disk.');
    case 'EDQUOT':
    case 'EFBIG':
      return reply(552, 'Storage limit reached.');
    case 'ENAMETOOLONG':
    case 'EINVAL':
    case 'EILSEQ':
      return reply(553, 'The file system does not allow this name.');
    case 'ENOTEMPTY':
      return reply(550, 'The folder is not empty.');
    case 'ELOOP':
      return reply(550, 'Too many symbolic links.');
    case 'EXDEV':
      return reply(550, 'That is on another file system; copy and delete instead.');
    case 'EROFS':
      return reply(550, 'The file system is read-only.');
    case 'EBUSY':
    case 'ETXTBSY':
      return reply(450, 'It is in use; try again later.');
    case 'ENXIO':
    case 'ENODEV':
      return reply(550, 'That is not a regular file.');
    case 'EMFILE':
    case 'ENFILE':
      return reply(451, 'The server has no file descriptor left; try again later.');
    case undefined:
    default:
      return reply(451, `The server could not do it (${code ?? 'unknown error'}).`);
  }
}
