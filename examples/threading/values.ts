import { isMain, SharedArray, SharedString, Thread, Value } from '@p8/threading';

export function measure(total: Value<'d'>, counts: SharedArray<'i'>, longest: SharedString, word: string): void {
  total.add(word.length / 2);
  counts.add(word.length, 1);
  for (let known = longest.value; known.length < word.length;) known = longest.compareExchange(known, word);
}

if (isMain(import.meta)) {
  const total = new Value('d', 0);
  const counts = new SharedArray('i', 8);
  const longest = new SharedString('', 100);
  const words = ['one', 'three', 'two', 'fifteen'];
  const threads = words.map((word) => new Thread({ target: measure, args: [total, counts, longest, word] }));
  for (const thread of threads) thread.start();
  for (const thread of threads) await thread.join();
  console.log(total.value, ...counts, longest.value);
}
