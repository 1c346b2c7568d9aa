import { isMain, Process, SharedMemoryManager } from '@p8/multiprocessing';
import type { ShareableList } from '@p8/multiprocessing';

export function double(numbers: ShareableList) {
  for (let i = 0; i < numbers.length; i++) numbers.set(i, (numbers.get(i) as number) * 2);
}

if (isMain(import.meta)) {
  await using manager = new SharedMemoryManager();
  await manager.start();
  const numbers = await manager.ShareableList([1, 2, 3]);
  const child = new Process({ target: double, args: [numbers] });
  child.start();
  await child.join();
  console.log([...numbers]);
  numbers.shm.close();
}
