/**
 * A remote file into a local one. The bytes go to `NAME.part` beside the target, which gets its name when it is whole:
 * a failure leaves the target as it was, and the part to be continued.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { FileExistsError, FileNotFoundError } from '@p8/errors';
import type { WaitOptions } from '@p8/socket';
import type { Progress } from './bytes.ts';
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
  const total = await optional(() => ftp.size(remote, options));
  const resumed = await startOf(file, part, total, () => optional(() => ftp.mdtm(remote, options)));
  const hash = createHash('sha256');
  await hashFile(file, resumed, hash);
  const size = resumed + (total !== undefined && resumed === total && resumed > 0 ? 0 : await fetchRest());
  const sha256 = hash.digest('hex');
  if (total !== undefined && size < total) {
    const message = `the server ended the file after ${size} of ${total} bytes; they are kept in ${part}`;
    throw new TransferError(message, { path: part, expected: total, actual: size });
  }
  if (options.sha256 !== undefined && options.sha256.toLowerCase() !== sha256) {
    await rm(part, { force: true });
    const message = `the file has the SHA-256 ${sha256}, not ${options.sha256}; ${local} is as it was`;
    throw new TransferError(message, { path: local, expected: options.sha256, actual: sha256 });
  }
  await file.sync();
  await publish(file, part, local);
  return { size, resumed, sha256 };

  function fetchRest(): Promise<number> {
    const { signal, progress } = options;
    const told: Progress | undefined = progress && ((done) => progress(done, total));
    let position = resumed;
    const sink = async (data: Buffer) => {
      hash.update(data);
      await writeAll(file, data, position);
      position += data.length;
    };
    return ftp.download(remote, sink, { rest: resumed, reuse: true, signal, ...(told && { progress: told }) });
  }
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

/** Gives the part its name, if it is still the file that was written here. */
async function publish(file: FileHandle, part: string, local: string): Promise<void> {
  const [mine, there] = [await file.stat(), await stat(part)];
  if (mine.ino !== there.ino || mine.dev !== there.dev) {
    throw new TransferError(`another program has replaced ${part}; ${local} is as it was`, { path: part });
  }
  await rename(part, local);
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
