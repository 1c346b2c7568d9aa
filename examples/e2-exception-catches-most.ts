/** E2: `Exception` catches most errors, but not Ctrl-C, an exit or a cancellation. */
import { readFileSync } from 'node:fs';
import { attempt, BaseException, except, Exception, KeyboardInterrupt, KeyError, raise, SystemExit } from '@p8/errors';

function caughtBy(body: () => unknown): string {
  return attempt(
    () =>
      attempt(
        body,
        except(Exception, (error) => `Exception caught ${error.name}`),
      ) as string,
    except(BaseException, (error) => `Exception let ${error.name} pass`),
  );
}

console.log(caughtBy(() => raise(new KeyError('k'))));
console.log(caughtBy(() => readFileSync('/no/such/file')));
console.log(caughtBy(() => JSON.parse('{')));
console.log(caughtBy(() => raise(new KeyboardInterrupt())));
console.log(caughtBy(() => raise(new SystemExit(1))));
console.log(caughtBy(() => AbortSignal.abort().throwIfAborted()));

// Uncaught, an exit ends the program with its status, silently.
throw new SystemExit(3);
