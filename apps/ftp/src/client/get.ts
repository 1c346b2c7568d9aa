/** `p8-ftp get URL [LOCAL]` */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FileNotFoundError, suppress, ValueError } from '@p8/errors';
import { downloadFile } from './download-file.ts';
import { TransferError } from './errors.ts';
import type { FTP } from './ftp.ts';
import { bareName, printable } from './names.ts';
import { openSession } from './open-session.ts';
import type { SessionOptions } from './open-session.ts';
import { ProgressBar } from './progress-bar.ts';

export interface GetOptions extends SessionOptions {
  /** True: print it. A text: require it. */
  readonly checksum?: boolean | string;
  readonly continue?: boolean;
  readonly quiet?: boolean;
}

const STDOUT = '-';
const SHA256 = /^[0-9a-f]{64}$/i;

/** Downloads the file of a URL to `local`: a file, a folder, `-` for standard output, or the URL's own name here. */
export async function get(
  signal: AbortSignal,
  address: string,
  local: string | undefined,
  options: GetOptions,
): Promise<void> {
  const { checksum } = options;
  if (typeof checksum === 'string' && !SHA256.test(checksum)) {
    throw new ValueError(`--checksum must be 64 hexadecimal digits (a SHA-256), not ${checksum}`);
  }
  if (local === STDOUT && options.continue) throw new ValueError('--continue needs a file, not standard output');
  await using session = await openSession(address, options, signal);
  const { ftp, url } = session;
  if (local === STDOUT) return await toStdout(ftp, url.path, checksum, signal);
  const target = await targetOf(url.path, local);
  using bar = new ProgressBar(basename(target));
  try {
    const { size, resumed, sha256 } = await downloadFile(ftp, url.path, target, {
      resume: options.continue ?? false,
      signal,
      progress: bar.update,
      ...(typeof checksum === 'string' && { sha256: checksum }),
    });
    bar[Symbol.dispose]();
    const before = resumed === 0 ? '' : `, ${resumed} of them were here`;
    if (!options.quiet) process.stdout.write(`${printable(target)}: ${size} bytes${before}\n`);
    if (checksum !== undefined) process.stdout.write(`${sha256}  ${printable(target)}\n`);
  } catch (error) {
    bar[Symbol.dispose]();
    await tellPart(`${target}.part`);
    throw error;
  }
}

async function toStdout(
  ftp: FTP,
  path: string,
  checksum: boolean | string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const hash = createHash('sha256');
  const write = (data: Buffer) =>
    new Promise<void>((resolve, reject) => {
      hash.update(data);
      process.stdout.write(data, (error) => (error ? reject(error) : resolve()));
    });
  await ftp.download(path, write, { signal });
  const sha256 = hash.digest('hex');
  if (checksum === true) process.stderr.write(`${sha256}  -\n`);
  if (typeof checksum === 'string' && checksum.toLowerCase() !== sha256) {
    throw new TransferError(`the file has the SHA-256 ${sha256}, not ${checksum}; it has been written all the same`, {
      path: STDOUT,
      expected: checksum,
      actual: sha256,
    });
  }
}

/** The file to write: a name that comes from the URL stays in its folder. */
async function targetOf(path: string, local: string | undefined): Promise<string> {
  const isFolder = local !== undefined && (await suppress(FileNotFoundError, () => stat(local)))?.isDirectory();
  if (local !== undefined && !isFolder) return local;
  const name = bareName(path);
  if (name === undefined) throw new ValueError('url: the path names no file; give LOCAL, or use "ls" for a folder');
  return local === undefined ? name : join(local, name);
}

async function tellPart(part: string): Promise<void> {
  const size = (await suppress(FileNotFoundError, () => stat(part)))?.size;
  if (size) process.stderr.write(`${size} bytes are kept in ${printable(part)}; go on with --continue\n`);
}
