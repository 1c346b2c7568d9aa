import { isMain, Queue, SimpleQueue, Thread, Value } from '@p8/threading';

export async function shout(words: Queue<string>, loud: SimpleQueue<string>, letters: Value<'i'>): Promise<void> {
  for await (const word of words) {
    loud.put(`${word.toUpperCase()}!`);
    letters.add(word.length);
    words.taskDone();
  }
}

if (isMain(import.meta)) {
  const words = new Queue<string>(2);
  const loud = new SimpleQueue<string>();
  const letters = new Value('i', 0);
  const threads = [1, 2].map(() => new Thread({ target: shout, args: [words, loud, letters] }));
  for (const thread of threads) thread.start();
  for (const word of ['one', 'two', 'three']) await words.put(word);
  await words.join();
  words.shutdown();
  for (const thread of threads) await thread.join();
  console.log(loud.items.toSorted(), letters.value);
}
