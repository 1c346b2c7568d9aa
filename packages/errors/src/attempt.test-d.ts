/** What must and must not compile. Checked by the compiler; nothing here runs. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  attempt,
  BaseException,
  ConnectionError,
  Exception,
  except,
  exceptGroup,
  FileNotFoundError,
  handle,
  IndexError,
  KeyError,
  OSError,
  PermissionError,
  raise,
  suppress,
  TimeoutError,
  ValueError,
} from './index.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function expectType<Expected>(): <Actual>(
  value: Actual,
  ...same: Equal<Actual, Expected> extends true ? [] : [never]
) => void;

declare const count: number;
declare const text: string;
declare const flag: boolean;
declare const either: number | Promise<string>;
declare const caught: unknown;

// The expression form
expectType<string>()(
  attempt(
    () => readFileSync('/etc/motd', 'utf8'),
    except(FileNotFoundError, () => ''),
  ),
);
expectType<number | null>()(
  attempt(
    () => count,
    except([FileNotFoundError, PermissionError], () => null),
  ),
);
expectType<Promise<string>>()(
  attempt(
    () => readFile('p', 'utf8'),
    except(FileNotFoundError, () => 'absent'),
  ),
);
expectType<Promise<string | number>>()(
  attempt(
    async () => text,
    except(OSError, async () => count),
  ),
);
expectType<number>()(attempt(() => count));
expectType<Promise<number>>()(attempt(async () => count));
expectType<'handled'>()(
  attempt(
    () => raise(new ValueError()),
    except(ValueError, () => 'handled' as const),
  ),
);
expectType<number>()(
  attempt(
    () => count,
    except(ValueError, (error) => raise(error)),
  ),
);
expectType<Promise<'handled'>>()(
  attempt(
    async (): Promise<never> => raise(new ValueError()),
    except(ValueError, () => 'handled' as const),
  ),
);
expectType<number | Promise<string | boolean> | boolean>()(
  attempt(
    () => either,
    except(ValueError, () => flag),
  ),
);
expectType<string | number | boolean>()(
  attempt(
    () => text,
    except(KeyError, () => count),
    except(ValueError, () => flag),
  ),
);
expectType<void | string>()(
  attempt(
    () => {},
    except(ValueError, () => text),
  ),
);

// Clauses are values
const replies = [except(FileNotFoundError, () => 550 as const), except(OSError, (error) => error.code)] as const;
expectType<boolean | 550 | string | undefined>()(attempt(() => flag, ...replies));
function generic<T>(body: () => T) {
  return attempt(
    body,
    except(ValueError, () => null),
  );
}
expectType<number | null>()(generic(() => count));

// What a handler is given
except(KeyError, (error) => expectType<KeyError>()(error));
except([KeyError, IndexError], (error) => expectType<KeyError | IndexError>()(error));
except(DOMException, (error) => expectType<DOMException>()(error));
except(SyntaxError, (error) => expectType<SyntaxError>()(error));
abstract class Abstract extends ValueError {
  abstract readonly port: number;
}
except(Abstract, (error) => expectType<Abstract>()(error));
class Hidden extends ValueError {
  static make(): Hidden {
    return new Hidden();
  }
  private constructor() {
    super();
  }
}
except(Hidden, (error) => expectType<Hidden>()(error));
class Generic<T> extends ValueError {
  declare readonly data: T;
}
except(Generic, (error) => error.data);

// The statement
expectType<number>()(
  attempt({
    try: () => text,
    except: [except(ValueError, () => count)],
    else: (value) => value.length,
    finally: () => {},
  }),
);
expectType<string | null>()(attempt({ try: () => text, except: [except(ValueError, () => null)] }));
expectType<Promise<number | null>>()(
  attempt({
    try: async () => text,
    except: [except(ValueError, () => null)],
    else: async (value) => {
      expectType<string>()(value);
      return value.length;
    },
    finally: async () => {},
  }),
);
expectType<string>()(attempt({ try: () => text, finally: () => 5 }));
expectType<Promise<string>>()(attempt({ try: async () => text }));

// In a native catch
expectType<number | string>()(
  handle(
    caught,
    except(KeyError, () => count),
    except(ValueError, () => text),
  ),
);
expectType<never>()(handle(caught));

// Groups
expectType<number | undefined>()(
  attempt(
    () => count,
    exceptGroup(ValueError, () => {}),
  ),
);
expectType<Promise<number | undefined>>()(
  attempt(
    async () => count,
    exceptGroup(ValueError, async () => {}),
  ),
);
expectType<number | undefined>()(attempt({ try: () => count, except: [exceptGroup(ValueError, () => {})] }));
exceptGroup([KeyError, TimeoutError], (group) => {
  for (const error of group.exceptions) if (error instanceof KeyError) expectType<unknown>()(error.key);
});

// suppress
expectType<number | undefined>()(suppress(ValueError, () => count));
expectType<Promise<number | undefined>>()(suppress([ValueError, KeyError], async () => count));

// raise is an expression
const names = new Map<string, number>();
expectType<number>()(names.get('a') ?? raise(new KeyError('a')));

// instanceof narrows
if (caught instanceof FileNotFoundError) expectType<string | undefined>()(caught.path);
if (caught instanceof Exception) expectType<string>()(caught.message);
if (caught instanceof BaseException) expectType<string>()(caught.name);
if (caught instanceof ConnectionError) expectType<number | undefined>()(caught.errno);

// Refused
// @ts-expect-error a class of no errors
except(Map, () => 1);
// @ts-expect-error an instance
except(new ValueError(), () => 1);
// @ts-expect-error a handler for another error
except(ValueError, (error: KeyError) => error.key);
// @ts-expect-error one of the classes has no key
except([KeyError, ValueError], (error) => error.key);
attempt(
  () => 1,
  // @ts-expect-error a bare handler
  () => 2,
);
// @ts-expect-error a bare class
attempt(() => 1, ValueError);
// @ts-expect-error an array of clauses that was not spread
attempt(() => 1, [except(ValueError, () => 2)]);
attempt(
  () => 1,
  // @ts-expect-error except and exceptGroup together
  except(ValueError, () => 2),
  exceptGroup(KeyError, () => 3),
);
// @ts-expect-error nobody would wait for this `finally`
attempt({ try: () => 1, finally: async () => {} });
// @ts-expect-error the value of `else` is the body's
attempt({ try: () => 1, else: (value: string) => value });
// @ts-expect-error a misspelt part
attempt({ try: () => 1, catch: () => 2 });
