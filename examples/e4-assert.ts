/** E4: a failed assertion jumps to the handler, and `finally` still runs. */
import { assert, AssertionError, attempt, except } from '@p8/errors';

function half(n: unknown): number {
  assert(typeof n === 'number', 'half of what?');
  assert(n % 2 === 0, () => `${n} is odd`);
  return n / 2; // here n is a number for the compiler too
}

for (const n of [10, 7, 'ten'])
  attempt({
    try: () => half(n),
    except: [except(AssertionError, (error) => console.log(`except: ${error.message}`))],
    else: (result) => console.log(`else: ${result}`),
    finally: () => console.log('finally'),
  });
