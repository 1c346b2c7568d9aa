/** About a millisecond of work on a processor. */
import { createHash } from 'node:crypto';

const data = Buffer.alloc(1_250_000, 'p8');

export function work(): void {
  createHash('sha256').update(data).digest();
}
