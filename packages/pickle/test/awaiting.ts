/** A program that waits for a function of its own which it never sent, at its top level or not. */
import { isMain } from '@p8/pickle';
import { ofProgram } from './from-program.ts';
import { Thread } from './thread.ts';

export function unsent(): void {}

async function main(): Promise<void> {
  const thread = await Thread.start();
  const got = await thread.call(ofProgram, import.meta.url).catch(String);
  console.log(got === unsent ? 'the same function' : got);
  await thread.end();
}

if (isMain(import.meta)) {
  const running = main();
  if (process.argv[2] === 'at the top level') await running;
}
