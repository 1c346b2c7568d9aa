import { dump } from '@p8/pickle';

class Account {
  readonly owner = 'me';
}

for (const value of [{ account: new Account() }, { later: [Promise.resolve(1)] }]) {
  try {
    dump(value, 'args');
  } catch (error) {
    console.log(String(error));
  }
}
