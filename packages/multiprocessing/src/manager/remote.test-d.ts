import { expectTypeOf, test } from 'vitest';
import { BaseManager, SyncManager } from '../index.ts';
import type { BaseProxy, DictProxy, ListProxy, Remote } from '../index.ts';

class Account {
  readonly owner: string = '';

  deposit(amount: number, note?: string): number {
    return amount + (note ?? '').length;
  }

  async history(): Promise<string[]> {
    return [];
  }
}

test('the methods of a remote object return promises, and their twins what they return', () => {
  expectTypeOf<Remote<Account>['deposit']>().toEqualTypeOf<(amount: number, note?: string) => Promise<number>>();
  expectTypeOf<Remote<Account>['depositSync']>().toEqualTypeOf<(amount: number, note?: string) => number>();
  expectTypeOf<Remote<Account>['history']>().toEqualTypeOf<() => Promise<string[]>>();
  expectTypeOf<Remote<Account>['historySync']>().toEqualTypeOf<() => string[]>();
  expectTypeOf<keyof Remote<Account>>().toEqualTypeOf<'deposit' | 'depositSync' | 'history' | 'historySync'>();
});

test('register gives the class its new method', () => {
  class Bank extends SyncManager {}
  const BankManager = Bank.register('Account', { callable: Account });
  const make = (manager: InstanceType<typeof BankManager>) => manager.Account();
  expectTypeOf<Awaited<ReturnType<typeof make>>>().toExtend<BaseProxy & Remote<Account>>();
  class Other extends BaseManager {}
  const Named = Other.register('Sum', { callable: (a: number, b: number) => new Map([[a, b]]) });
  const wrong = (manager: InstanceType<typeof Named>) => {
    // @ts-expect-error both are numbers
    void manager.Sum('a', 1);
  };
  expectTypeOf(wrong).toBeFunction();
});

test('dicts and lists know their items', () => {
  expectTypeOf<DictProxy<string, number>['get']>().returns.resolves.toEqualTypeOf<number | null>();
  expectTypeOf<DictProxy<string, number>['setSync']>().parameters.toEqualTypeOf<[key: string, value: number]>();
  expectTypeOf<ListProxy<string>['pop']>().returns.resolves.toEqualTypeOf<string>();
});
