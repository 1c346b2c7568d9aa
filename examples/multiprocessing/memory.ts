import { isMain, Process, SharedMemory } from '@p8/multiprocessing';

export function fill(memory: SharedMemory) {
  memory.buf.fill(7);
  memory.close();
}

if (isMain(import.meta)) {
  using memory = new SharedMemory({ create: true, size: 8 });
  using child = new Process({ target: fill, args: [memory] });
  child.start();
  await child.join();
  console.log(memory.buf);
  memory.unlink();
}
