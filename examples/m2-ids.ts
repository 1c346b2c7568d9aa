import { isMain, Process } from '@p8/multiprocessing';

export function info(title: string) {
  console.log(title);
  console.log('parent process:', process.ppid);
  console.log('process id:', process.pid);
}

export function f(name: string) {
  info('function f');
  console.log('hello', name);
}

if (isMain(import.meta)) {
  info('main line');
  const p = new Process({ target: f, args: ['bob'] });
  p.start();
  await p.join();
}
