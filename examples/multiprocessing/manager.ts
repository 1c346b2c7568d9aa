import { isMain, Manager, Process } from '@p8/multiprocessing';
import type { AcquirerProxy, DictProxy } from '@p8/multiprocessing';

export async function count(words: DictProxy<string, number>, lock: AcquirerProxy, text: string) {
  for (const word of text.split(' ')) {
    await lock.with(async () => words.set(word, ((await words.get(word)) ?? 0) + 1));
  }
}

if (isMain(import.meta)) {
  await using manager = await Manager();
  const words = await manager.dict<string, number>();
  const lock = await manager.Lock();
  const texts = ['to be or not', 'not to be'];
  const counting = texts.map((text) => new Process({ target: count, args: [words, lock, text] }));
  for (const child of counting) child.start();
  for (const child of counting) await child.join();
  console.log(await words.get('be'), words.getSync('or'));
}
