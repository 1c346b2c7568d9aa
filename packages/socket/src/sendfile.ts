/**
 * A file onto a stream: `preadv2` with RWF_NOWAIT takes what the page cache has, and what it lacks is read by libuv's
 * pool, so that a cold disk does not hold up the event loop. On loopback that costs less than sendfile(2), which wakes the receiver more often.
 *
 * https://docs.python.org/3/library/socket.html#socket.socket.sendfile · preadv2(2)
 */
import { fstatSync, read, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { OSError, ValueError } from '@p8/errors';
import { constants, syscalls } from '@p8/syscall';
import type { ByteChannel, Sending } from './byte-channel.ts';
import { deadlineAfter, secondsLeft } from './deadline.ts';
import { describe } from './describe.ts';
import { closedError } from './outcome.ts';
import type { Seconds, WaitOptions } from './wait.ts';

export interface SendfileOptions extends WaitOptions {
  /** Called with the bytes sent so far, after each part of at most 1 MiB. */
  readonly progress?: (sent: number) => void;
}

/** What fits the second-level cache, and is enough to make the calls cheap. */
const CACHED_PART = 256 * 1024;
const DISK_PART = 1024 * 1024;
/** How long the loop may be busy with one file before others have a turn, in ms. */
const LONGEST_TURN = 1;

export async function sendfile(
  owner: object,
  channel: ByteChannel,
  file: number | FileHandle,
  offset: number,
  count: number | undefined,
  timeout: Seconds | null,
  options: SendfileOptions = {},
): Promise<number> {
  const fd = own(checkArguments(file, offset, count));
  const deadline = deadlineAfter(timeout);
  const end = offset + (count ?? Infinity);
  const memory = Buffer.allocUnsafeSlow(CACHED_PART);
  let position = offset;
  let sending: Sending | undefined;
  let turn = performance.now();
  try {
    while (position < end) {
      options.signal?.throwIfAborted();
      const part = await nextPart(fd, position, end - position, memory);
      if (part.length === 0) break;
      sending = sendingOf(channel, part);
      await channel.write(owner, sending, secondsLeft(deadline, 'sendfile'), options);
      sending = undefined;
      position += part.length;
      options.progress?.(position - offset);
      if (performance.now() - turn > LONGEST_TURN) {
        await setImmediate();
        turn = performance.now();
      }
    }
  } catch (error) {
    position += sending?.sent ?? 0;
    throw withBytesSent(error, position - offset);
  } finally {
    syscalls.lseek(fd, position, constants.SEEK_SET);
    syscalls.close(fd);
  }
  return position - offset;
}

export function sendfileSync(
  channel: ByteChannel,
  file: number | FileHandle,
  offset: number,
  count: number | undefined,
  timeout: Seconds | null,
  options: Pick<SendfileOptions, 'progress'> = {},
): number {
  const fd = own(checkArguments(file, offset, count));
  const deadline = deadlineAfter(timeout);
  const end = offset + (count ?? Infinity);
  const memory = Buffer.allocUnsafeSlow(CACHED_PART);
  let position = offset;
  let sending: Sending | undefined;
  try {
    while (position < end) {
      const length = readSync(fd, memory, 0, Math.min(memory.length, end - position), position);
      if (length === 0) break;
      sending = sendingOf(channel, memory.subarray(0, length));
      channel.writeSync(sending, secondsLeft(deadline, 'sendfile'));
      sending = undefined;
      position += length;
      options.progress?.(position - offset);
    }
  } catch (error) {
    position += sending?.sent ?? 0;
    throw withBytesSent(error, position - offset);
  } finally {
    syscalls.lseek(fd, position, constants.SEEK_SET);
    syscalls.close(fd);
  }
  return position - offset;
}

function checkArguments(file: number | FileHandle, offset: number, count: number | undefined): number {
  const fd = typeof file === 'number' ? file : file?.fd;
  if (!Number.isInteger(fd) || fd < 0)
    throw new TypeError(`sendfile(): file must be a descriptor or an open FileHandle, not ${describe(file)}`);
  if (!Number.isInteger(offset) || offset < 0)
    throw new ValueError(`sendfile(): offset must be an integer from 0 up, not ${offset}`);
  if (count !== undefined && !Number.isInteger(count)) {
    throw new TypeError(`sendfile(): count must be a positive integer (got ${describe(count)})`);
  }
  if (count !== undefined && count <= 0)
    throw new ValueError(`sendfile(): count must be a positive integer (got ${count})`);
  if (!fstatSync(fd).isFile())
    throw new ValueError('sendfile(): file must be a regular file; send anything else with sendall()');
  return fd;
}

/** A descriptor of our own: the caller may close his meanwhile, and its number may become another file's. */
function own(fd: number): number {
  const duplicate = syscalls.dup(fd);
  if (duplicate < 0) throw new OSError(duplicate, { syscall: 'dup' });
  return duplicate;
}

function sendingOf(channel: ByteChannel, part: Uint8Array): Sending {
  // closed while the disk was read, or by the progress callback: its number may be another's by now
  if (channel.closed) throw closedError('sendfile');
  return channel.sending(part, 'sendfile');
}

/** A system error tells how much of the file went out, as `sendall` does. */
function withBytesSent(error: unknown, bytesSent: number): unknown {
  return error instanceof OSError ? Object.assign(error, { bytesSent }) : error;
}

/** The next bytes of the file: at once from the page cache, or by the pool. Empty at the end. */
async function nextPart(fd: number, position: number, most: number, memory: Buffer): Promise<Buffer> {
  const target = most < memory.length ? memory.subarray(0, most) : memory;
  if (constants.RWF_NOWAIT !== undefined) {
    const length = syscalls.preadv2(fd, target, position, constants.RWF_NOWAIT);
    if (length >= 0) return target.subarray(0, length);
  }
  // EAGAIN: not in the cache; EOPNOTSUPP: a file system that cannot tell. Errors of the disk come again from read
  return await readByPool(fd, position, Math.min(most, DISK_PART));
}

function readByPool(fd: number, position: number, size: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    read(fd, Buffer.allocUnsafeSlow(size), 0, size, position, (error, length, buffer) => {
      if (error) reject(new OSError(error.errno ?? 0, { syscall: 'read' }));
      else resolve(buffer.subarray(0, length));
    });
  });
}
