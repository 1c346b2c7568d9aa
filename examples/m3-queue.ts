import { isMain, Process, Queue } from '@p8/multiprocessing';

export function f(q: Queue) {
  q.putSync([42, null, 'hello']);
}

if (isMain(import.meta)) {
  const q = new Queue();
  const p = new Process({ target: f, args: [q] });
  p.start();
  console.log(await q.get());
  await p.join();
}
