/** A worker that is ended between making a descriptor and owning it leaves none behind. */
import { readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

const descriptors = (): number => readdirSync('/proc/self/fd').length;

async function makeAndTerminate(): Promise<number[]> {
  const worker = new Worker(new URL('../test/newborn-worker.ts', import.meta.url), { execArgv: ['-C', '@p8/source'] });
  const made = await new Promise<number[]>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  return made;
}

test('descriptors that nobody has entered into the table are closed with their environment', async () => {
  await makeAndTerminate();
  const before = descriptors();
  const made = await makeAndTerminate();
  expect(made.length).toBe(5);
  expect(made.every((fd) => fd > 2)).toBe(true);
  expect(descriptors()).toBe(before);
});
