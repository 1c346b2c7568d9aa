import { isMain, Process } from '@p8/multiprocessing';

export function f(name: string) {
  console.log('hello', name);
}

if (isMain(import.meta)) {
  const p = new Process({ target: f, args: ['bob'] });
  p.start();
  await p.join();
}
