import { dump, isMain, load, reduce } from '@p8/pickle';
import type { Reduced } from '@p8/pickle';

export class Account {
  #balance: number;

  constructor(balance: number) {
    this.#balance = balance;
  }

  get balance() {
    return this.#balance;
  }

  [reduce](): Reduced {
    return [Account, [this.#balance]];
  }
}

if (isMain(import.meta)) {
  const account = new Account(12);
  const { data } = dump({ from: account, to: account });
  const copy = (await load(structuredClone(data))) as { from: Account; to: Account };
  console.log(copy.from.balance, copy.from === copy.to);
}
