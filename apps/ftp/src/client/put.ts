/** `p8-ftp put LOCAL URL` */
import { basename } from 'node:path';
import { ValueError } from '@p8/errors';
import { printable } from './names.ts';
import { openSession } from './open-session.ts';
import type { SessionOptions } from './open-session.ts';
import { ProgressBar } from './progress-bar.ts';
import { uploadFile } from './upload-file.ts';

export interface PutOptions extends SessionOptions {
  readonly continue?: boolean;
  readonly quiet?: boolean;
}

const STDIN = '-';

/** Uploads a file, or `-` for standard input, to a URL; to the same name where the URL ends in a slash. */
export async function put(signal: AbortSignal, local: string, address: string, options: PutOptions): Promise<void> {
  const isStdin = local === STDIN;
  if (isStdin && options.continue) throw new ValueError('--continue needs a file, not standard input');
  if (isStdin && options.passwordStdin) {
    throw new ValueError('standard input cannot be both the file and the password; set P8_FTP_PASSWORD');
  }
  await using session = await openSession(address, options, signal);
  const { ftp, url } = session;
  const isFolder = url.path === '' || url.path.endsWith('/');
  if (isFolder && isStdin) throw new ValueError('url: the path must end in the name that the file gets');
  const remote = isFolder ? `${url.path}${basename(local)}` : url.path;
  using bar = new ProgressBar(basename(remote));
  let size: number;
  let resumed = 0;
  if (isStdin) size = await ftp.upload(process.stdin, remote, { signal, progress: bar.update });
  else
    ({ size, resumed } = await uploadFile(ftp, local, remote, {
      resume: options.continue ?? false,
      signal,
      progress: bar.update,
    }));
  bar[Symbol.dispose]();
  const before = resumed === 0 ? '' : `, ${resumed} of them were there`;
  if (!options.quiet) process.stdout.write(`${printable(remote)}: ${size} bytes${before}\n`);
}
