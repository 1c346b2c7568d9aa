/** A program that forgot the guard of its main part. */
import { refuseWhileImporting } from '@p8/pickle';
import { Thread } from './thread.ts';

export function work(): string {
  return 'done';
}

async function main(): Promise<void> {
  refuseWhileImporting('a thread'); // as whatever starts a thread does
  const thread = await Thread.start(process.argv[2] as 'load' | 'loadSync');
  console.log(await thread.call(work).catch(String));
  await thread.end();
}

await main();
