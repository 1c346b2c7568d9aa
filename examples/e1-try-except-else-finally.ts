/** E1: `try`, `except`, `else` and `finally`, in Python's order and with its overriding rules. */
import { attempt, contextOf, except, Exception, KeyError, raise, ValueError, ZeroDivisionError } from '@p8/errors';

function divide(a: number, b: number): number {
  return b === 0 ? raise(new ZeroDivisionError('division by zero')) : a / b;
}

function show(a: number, b: number): string {
  return attempt({
    try: () => divide(a, b),
    except: [except(ZeroDivisionError, (error) => `except: ${error.message}`)],
    else: (quotient) => `else: ${quotient}`,
    finally: () => console.log(`finally ${a} / ${b}`),
  });
}

console.log(show(6, 3));
console.log(show(6, 0));

// The first clause that matches wins, even if a later one is closer.
console.log(
  attempt(
    () => raise(new KeyError('name')),
    except(Exception, (error) => `Exception, for ${error.name}: ${error.message}`),
    except(KeyError, () => 'KeyError'),
  ),
);

// The errors of `else` are not caught by the clauses beside it.
const fromElse = attempt(
  () =>
    attempt({
      try: () => 'fine',
      except: [except(ValueError, () => 'inner')],
      else: () => raise(new ValueError('from else')),
    }),
  except(ValueError, (error) => `outer: ${error.message}`),
);
console.log(fromElse);

// An error of `finally` takes the place of the one on its way, and remembers it.
attempt(
  () => attempt({ try: () => divide(1, 0), finally: () => raise(new ValueError('from finally')) }),
  except(ValueError, (error) => console.log(`${error.message}, instead of: ${contextOf(error)?.message}`)),
);
