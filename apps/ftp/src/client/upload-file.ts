/** A local file onto the server. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { WaitOptions } from '@p8/socket';
import { PermanentError, TransferError } from './errors.ts';
import type { FTP } from './ftp.ts';

export interface UploadFileOptions extends WaitOptions {
  /** Go on after the bytes that the server has already (SIZE, REST). */
  readonly resume?: boolean;
  /** Is told the bytes that are there, and how many there will be. */
  readonly progress?: (done: number, total: number) => void;
}

export interface UploadedFile {
  /** The file's size in bytes. */
  readonly size: number;
  /** How many of them the server had already. */
  readonly resumed: number;
}

/**
 * Uploads the file `local` to `remote`, which is replaced. Raises what `ftp.upload` raises, the OSErrors of the local
 * file, and TransferError when it is no regular file, is shorter than what is to be continued, or changed meanwhile.
 */
export async function uploadFile(
  ftp: FTP,
  local: string,
  remote: string,
  { resume = false, signal, progress }: UploadFileOptions = {},
): Promise<UploadedFile> {
  await using file = await open(local, constants.O_RDONLY | constants.O_NONBLOCK);
  const status = await file.stat();
  if (!status.isFile()) throw new TransferError(`${local} is no regular file`, { path: local });
  const { size } = status;
  const resumed = resume ? await remoteSize(ftp, remote, { signal }) : 0;
  if (resumed > size) {
    const message = `${remote} has ${resumed} bytes, but ${local} only ${size}; upload it without resuming`;
    throw new TransferError(message, { path: local, expected: size, actual: resumed });
  }
  if (resumed === size && resumed > 0) return { size, resumed };
  const count = await ftp.upload(file, remote, {
    rest: resumed,
    signal,
    ...(progress && { progress: (done: number) => progress(done, size) }),
  });
  if (resumed + count !== size) {
    const message = `${local} changed while it was sent: ${resumed + count} bytes went, it had ${size}`;
    throw new TransferError(message, { path: local, expected: size, actual: resumed + count });
  }
  return { size, resumed };
}

/** The bytes that are there; 0 when the file is not. */
async function remoteSize(ftp: FTP, remote: string, options: WaitOptions): Promise<number> {
  try {
    return await ftp.size(remote, options);
  } catch (error) {
    if (error instanceof PermanentError && error.code === 550) return 0;
    throw error;
  }
}
