/**
 * A remote file into a local one. The bytes go to `NAME.part` beside the target, which gets its name when it is whole:
 * a failure leaves the target as it was, and the part to be continued.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { FileExistsError, FileNotFoundError, suppress } from '@p8/errors';
import type { WaitOptions } from '@p8/socket';
import { PermanentError, TransferError } from './errors.ts';
import type { FTP } from './ftp.ts';

export interface DownloadFileOptions extends WaitOptions {
  /** Go on with the part that an earlier download left, if there is one. */
  readonly resume?: boolean;
  /** The SHA-256 the file must have, in hex; another one raises, and the target is left as it was. */
  readonly sha256?: string;
  /** Is told the bytes that are here, and how many there will be where the server knows. */
  readonly progress?: (done: number, total: number | undefined) => void;
}

export interface DownloadedFile {
  /** The file's size in bytes. */
  readonly size: number;
  /** How many of them were here already. */
  readonly resumed: number;
  /** Computed while the bytes came. */
  readonly sha256: string;
}

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;
const READ_SIZE = 1024 * 1024;

/**
 * Downloads `remote` to the file `local`, which is replaced. Raises what `ftp.download` raises, the OSErrors of the local
 * files, and TransferError when the file is not whole, has another SHA-256, or has changed since its part was made.
 */
export async function downloadFile(
  ftp: FTP,
  remote: string,
  local: string,
  options: DownloadFileOptions = {},
): Promise<DownloadedFile> {
  const part = `${local}.part`;
  await using file = await openPart(part, options.resume ?? false);
  try {
    return await downloadInto(file, part, ftp, remote, local, options);
  } catch (error) {
    // nothing to be continued
    if ((await file.stat()).size === 0 && (await isStillAt(file, part))) await rm(part, { force: true });
    throw error;
  }
}

async function downloadInto(
  file: FileHandle,
  part: string,
  ftp: FTP,
  remote: string,
  local: string,
  options: DownloadFileOptions,
): Promise<DownloadedFile> {
  const { signal, progress } = options;
  const total = await optional(() => ftp.size(remote, { signal }));
  const resumed = await startOf(file, part, total, () => optional(() => ftp.mdtm(remote, { signal })));
  const hash = createHash('sha256');
  await hashFile(file, resumed, hash);
  let size = resumed;
  const sink = async (data: Buffer) => {
    hash.update(data);
    await writeAll(file, data, size);
    size += data.length;
    progress?.(size, total);
  };
  // some servers refuse to begin at the very end
  const isWhole = resumed > 0 && resumed === total;
  if (!isWhole) await ftp.download(remote, sink, { rest: resumed, reuse: true, signal });
  const sha256 = hash.digest('hex');
  if (total !== undefined && size < total) {
    const message = `the server ended the file after ${size} of ${total} bytes`;
    throw new TransferError(message, { path: part, expected: total, actual: size });
  }
  if (options.sha256 !== undefined && options.sha256.toLowerCase() !== sha256) {
    await rm(part, { force: true });
    const message = `the file has the SHA-256 ${sha256}, not ${options.sha256}; ${local} is as it was`;
    throw new TransferError(message, { path: local, expected: options.sha256, actual: sha256 });
  }
  await file.sync();
  if (!(await isStillAt(file, part))) {
    throw new TransferError(`another program has replaced ${part}; ${local} is as it was`, { path: part });
  }
  await rename(part, local);
  return { size, resumed, sha256 };
}

/** Opens the part: never through a link that somebody left there, never waiting on a FIFO. */
async function openPart(part: string, resume: boolean): Promise<FileHandle> {
  if (resume) {
    try {
      return await open(part, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      if (!(error instanceof FileNotFoundError)) throw error;
    }
  }
  const fresh = () => open(part, O_RDWR | O_CREAT | O_EXCL, 0o666);
  try {
    return await fresh();
  } catch (error) {
    if (!(error instanceof FileExistsError)) throw error;
    await rm(part); // what was not to be resumed; another program that still writes it keeps its own file
    return await fresh();
  }
}

/** How much of the file is here. Raises TransferError when it cannot be the beginning of what the server has now. */
async function startOf(
  file: FileHandle,
  part: string,
  total: number | undefined,
  changed: () => Promise<Date | undefined>,
): Promise<number> {
  const { size, mtime } = await file.stat();
  if (!(await file.stat()).isFile()) throw new TransferError(`${part} is no regular file`, { path: part });
  if (size === 0) return 0;
  if (total !== undefined && size > total) {
    const message = `${part} has ${size} bytes, but the server's file only ${total}; remove it, or do not resume`;
    throw new TransferError(message, { path: part, expected: total, actual: size });
  }
  const time = await changed();
  if (time !== undefined && time > mtime) {
    const message = `the server's file has changed (${time.toISOString()}) since ${part} was made; remove it, or do not resume`;
    throw new TransferError(message, { path: part });
  }
  return size;
}

async function hashFile(file: FileHandle, size: number, hash: Hash): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(size, READ_SIZE));
  for (let position = 0; position < size;) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - position), position);
    if (bytesRead === 0) return; // cut meanwhile: the size will not fit at the end
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}

async function writeAll(file: FileHandle, data: Buffer, position: number): Promise<void> {
  for (let done = 0; done < data.length;) {
    const { bytesWritten } = await file.write(data, done, data.length - done, position + done);
    done += bytesWritten;
  }
}

/** Whether the name still belongs to the file that is written here. */
async function isStillAt(file: FileHandle, part: string): Promise<boolean> {
  const mine = await file.stat();
  const there = await suppress(FileNotFoundError, () => lstat(part));
  return mine.ino === there?.ino && mine.dev === there.dev;
}

/** What a server may lack, or refuse for this file, without harm. */
async function optional<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PermanentError) return undefined;
    throw error;
  }
}
