import { isMain, Lock, Process, RawArray, Value } from '@p8/multiprocessing';

export function deposit(account: Value<'i'>, times: number) {
  for (let i = 0; i < times; i++) account.withSync(() => (account.value = account.value + 1));
}

export async function note(places: RawArray<'i'>, lock: Lock) {
  // the same lock, for code that awaits
  await lock.with(() => places.set(0, places.get(0) + 10));
}

if (isMain(import.meta)) {
  const [account, places, lock] = [new Value('i', 0), new RawArray('i', 3), new Lock()];
  const children = [
    new Process({ target: deposit, args: [account, 1000] }),
    new Process({ target: deposit, args: [account, 1000] }),
    new Process({ target: note, args: [places, lock] }),
  ];
  for (const child of children) child.start();
  for (const child of children) await child.join();
  console.log(account.value, [...places]);
}
