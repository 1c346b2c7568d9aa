/** Says whether it is the program. With arguments it imports, or runs in a thread, what they name. */
import { Worker } from 'node:worker_threads';
import { isMain } from '@p8/pickle';

if (isMain(import.meta)) {
  console.log('the program');
  const [how, what] = process.argv.slice(2);
  if (how === 'import') await import(what!);
  if (how === 'thread') start(what!);
} else console.log('imported');

function start(url: string): Worker {
  return new Worker(new URL(url));
}
