/** Starts managers with shared memory, prints the name of the memory and the numbers of their processes, and waits to be ended. */
import { activeChildren, isMain, Manager, SharedMemoryManager } from '../src/index.ts';

if (isMain(import.meta)) {
  const shared = new SharedMemoryManager();
  await shared.start();
  const memory = await shared.SharedMemory(10);
  const manager = await Manager();
  const list = await manager.list([memory.name]);
  console.log([memory.name, ...activeChildren().map(({ pid }) => pid)].join(' '));
  setInterval(() => list, 1000);
}
