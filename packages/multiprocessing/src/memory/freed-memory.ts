/**
 * Memory of large messages is used again. The C library gives back to the system what is freed at the end of the heap, and so each
 * message would come into memory that the system must first find, clear and map, page by page: that takes several times what the
 * copying takes.
 */
import { syscalls } from '@p8/syscall';

/** What is larger has memory of its own, which is given back when it is freed, unless the C library is told otherwise. */
const OWN_MEMORY: number = 128 * 1024;

const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
/** The most that mallopt(3) takes for M_MMAP_THRESHOLD. */
const LARGEST_IN_HEAP: number = 32 * 2 ** 20;
/** V8 collects when 64 MiB of buffers have piled up, and more come while it does. */
const KEPT: number = 256 * 2 ** 20;

let told = false;

/**
 * Memory for a message of so many bytes is going to be needed: if that is large, the C library of this process is told, once, to keep up
 * to 256 MiB of what is freed. Who has set MALLOC_TRIM_THRESHOLD_ has told it already.
 */
export function expectMessage(bytes: number): void {
  if (told || bytes < OWN_MEMORY) return;
  told = true;
  if (process.env['MALLOC_TRIM_THRESHOLD_'] !== undefined) return;
  syscalls.mallopt(M_MMAP_THRESHOLD, LARGEST_IN_HEAP);
  syscalls.mallopt(M_TRIM_THRESHOLD, KEPT);
}
