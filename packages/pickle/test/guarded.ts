/** A program whose guarded main part waits for functions and errors of this very module. */
import { RuntimeError } from '@p8/errors';
import { isMain } from '@p8/pickle';
import { Thread } from './thread.ts';

export class Special extends RuntimeError {}

export function raises(): never {
  throw new Special('from the program');
}

export function gives(): () => string {
  return given;
}

export function given(): string {
  return 'given';
}

if (isMain(import.meta)) {
  const thread = await Thread.start(process.argv[2] as 'load' | 'loadSync');
  console.log((await thread.call(gives)) === given);
  const error: unknown = await thread.call(raises).catch((thrown: unknown) => thrown);
  console.log(error instanceof Special, String(error));
  await thread.end();
}
