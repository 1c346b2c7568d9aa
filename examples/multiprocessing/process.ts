import { isMain, Process } from '@p8/multiprocessing';

export function greet(name: string) {
  console.log('hello', name);
}

if (isMain(import.meta)) {
  const child = new Process({ target: greet, args: ['bob'] });
  child.start();
  await child.join();
  console.log(child.exitcode);
}
