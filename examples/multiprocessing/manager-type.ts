import { ValueError } from '@p8/errors';
import { isMain, SyncManager } from '@p8/multiprocessing';

export class Account {
  #balance = 0;

  deposit(amount: number) {
    return (this.#balance += amount);
  }

  withdraw(amount: number) {
    if (amount > this.#balance) throw new ValueError(`only ${this.#balance} left`);
    return (this.#balance -= amount);
  }
}

class Bank extends SyncManager {}
const BankManager = Bank.register('Account', { callable: Account });

if (isMain(import.meta)) {
  await using bank = new BankManager();
  await bank.start();
  const account = await bank.Account();
  console.log(await account.deposit(10), account.withdrawSync(3));
  await account.withdraw(100).catch((error: ValueError) => console.log(error.name, error.message));
}
