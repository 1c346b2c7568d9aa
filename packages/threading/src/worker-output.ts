/**
 * Output of a worker without the detour over the main thread: it appears in the order in which it was written, also while the main
 * thread is blocked, and none is lost when the program ends.
 */
import { writeSync } from 'node:fs';

const EAGAIN = 'EAGAIN';
/** The longest pause before a full pipe is tried again, in milliseconds. */
const LONGEST_PAUSE = 20;
const never = new Int32Array(new SharedArrayBuffer(4));

/** Makes this worker's stdout and stderr write to the descriptors themselves. */
export function writeDirectly(): void {
  redirect(process.stdout, 1);
  redirect(process.stderr, 2);
}

function redirect(stream: NodeJS.WriteStream, fd: number): void {
  stream._write = (chunk: Uint8Array | string, encoding, done) => {
    done(writeAll(fd, typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk));
  };
  // Node's own stream of a worker has a _writev, which would still go to the main thread
  Object.defineProperty(stream, '_writev', { value: null, configurable: true, writable: true });
}

/** Comes back: what went wrong, or null. */
function writeAll(fd: number, bytes: Uint8Array): Error | null {
  let pause = 1;
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(fd, bytes, written);
      pause = 1;
    } catch (error) {
      // starting a worker makes a pipe non-blocking: its reader is slower than we are
      if ((error as NodeJS.ErrnoException).code !== EAGAIN) return error as Error;
      Atomics.wait(never, 0, 0, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }
  return null;
}
