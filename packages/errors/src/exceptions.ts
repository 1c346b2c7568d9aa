/**
 * Python's exception classes. `TypeError`, `SyntaxError`, `RangeError` and `ReferenceError` are the language's own.
 *
 *     BaseException              any error at all
 *     ├── SystemExit, KeyboardInterrupt, GeneratorExit
 *     └── Exception              any ordinary error, native ones too
 *
 * The tree is true for errors made by others as well: `instanceof` knows them by rule (any error is a `BaseException`)
 * or by `code` (see {@link BaseException.codes}). A subclass never inherits such a rule, so that a user's own class
 * matches nothing but its own instances.
 *
 * https://docs.python.org/3/library/exceptions.html
 */
import { exitWithStatus } from './exit-status.ts';
import { repr } from './repr.ts';

/**
 * The root of all exceptions, and of every error there is: `error instanceof BaseException` is true for native errors
 * and for those of other realms, false for thrown values that are no errors.
 *
 * An error is named after its class; declare `static override readonly name = '…'` where a minifier renames classes.
 */
export class BaseException extends Error {
  /** Codes by which errors made by others (Node's own, say) count as this class. A subclass does not inherit them. */
  static readonly codes: readonly string[] = [];

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (isInstance(this, value)) return true;
    if (!isError(value) || isInstance(BaseException, value)) return false;
    if (this === BaseException) return true;
    const code = foreignCode(value);
    return code !== undefined && Object.hasOwn(this, 'codes') && this.codes.includes(code);
  }
}

nameAfterClass(BaseException.prototype);

/**
 * Any ordinary error, native ones too. Not `KeyboardInterrupt`, `SystemExit` or `GeneratorExit`, and not a
 * cancellation (an error named `AbortError`): a catch-all lets them through, alone or inside a group.
 */
export class Exception extends BaseException {
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== Exception) return super[Symbol.hasInstance](value);
    return isError(value) && !mustPass(value);
  }
}

/** A request to end the program. Uncaught, it ends the process with this status, silently, as in Python. */
export class SystemExit extends BaseException {
  /** The exit status; `undefined` is 0, and a text is printed to stderr and gives status 1. */
  readonly code: number | string | undefined;

  constructor(code?: number | string, options?: ErrorOptions) {
    super(code === undefined ? '' : String(code), options);
    this.code = code;
    exitWithStatus(this);
  }
}

/** Ctrl-C (SIGINT). Uncaught, it ends the process with status 130. See `interruptible`. */
export class KeyboardInterrupt extends BaseException {
  constructor(message?: string, options?: ErrorOptions) {
    super(message, options);
    exitWithStatus(this);
  }
}

/** A generator is being closed. For symmetry with Python: the language closes generators without an error. */
export class GeneratorExit extends BaseException {}

/** The base of numeric errors. */
export class ArithmeticError extends Exception {}
/** Raised by nothing here, nor by Python itself. */
export class FloatingPointError extends ArithmeticError {}
/** A number does not fit where it must go: a port, a time limit, a buffer's length. */
export class OverflowError extends ArithmeticError {}
/** A division by zero, from functions that refuse it; JavaScript's own division gives Infinity. */
export class ZeroDivisionError extends ArithmeticError {}

/** A failed `assert`. Node's own (`ERR_ASSERTION`) count too. */
export class AssertionError extends Exception {
  static override readonly codes: readonly string[] = ['ERR_ASSERTION'];
  readonly code = 'ERR_ASSERTION';
}

/** An attribute is missing. Python's `name` and `obj` are `attribute` and `object`: `name` is the error's own. */
export class AttributeError extends Exception {
  declare readonly attribute?: string;
  declare readonly object?: unknown;

  constructor(message?: string, options?: ErrorOptions & { readonly attribute?: string; readonly object?: unknown }) {
    super(message, options);
    if (options?.attribute !== undefined) this.attribute = options.attribute;
    if (options?.object !== undefined) this.object = options.object;
  }
}

/** A buffer cannot be released or changed while it is lent out. */
export class BufferError extends Exception {}
/** The stream ended where more data was required. */
export class EOFError extends Exception {}

/** A module could not be loaded. Node's own count too. */
export class ImportError extends Exception {
  static override readonly codes: readonly string[] = [
    'ERR_MODULE_NOT_FOUND',
    'MODULE_NOT_FOUND',
    'ERR_PACKAGE_PATH_NOT_EXPORTED',
    'ERR_UNKNOWN_BUILTIN_MODULE',
    'ERR_UNKNOWN_FILE_EXTENSION',
    'ERR_UNSUPPORTED_DIR_IMPORT',
  ];
  /** The module's specifier: Python's `name`. */
  declare readonly module?: string;
  /** The file that was tried. */
  declare readonly path?: string;

  constructor(message?: string, options?: ErrorOptions & { readonly module?: string; readonly path?: string }) {
    super(message, options);
    if (options?.module !== undefined) this.module = options.module;
    if (options?.path !== undefined) this.path = options.path;
  }
}

/** There is no such module. */
export class ModuleNotFoundError extends ImportError {
  static override readonly codes: readonly string[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];
}

/** The base of {@link IndexError} and {@link KeyError}. */
export class LookupError extends Exception {}
/** A position is out of range. */
export class IndexError extends LookupError {}

/** A key is missing. The message is the key, quoted: `KeyError: 'name'`. */
export class KeyError extends LookupError {
  readonly key: unknown;

  constructor(...[key, options]: [key?: unknown, options?: ErrorOptions]) {
    super(key === undefined ? '' : repr(key), options);
    this.key = key;
  }
}

/** Memory could not be allocated. */
export class MemoryError extends Exception {
  static override readonly codes: readonly string[] = ['ERR_MEMORY_ALLOCATION_FAILED'];
}

/** For symmetry with Python: the language raises its own `ReferenceError`. */
export class NameError extends Exception {}
/** For symmetry with Python: the language raises its own `ReferenceError`. */
export class UnboundLocalError extends NameError {}

/** An operation at the wrong time: a lock released twice, a thread started twice. */
export class RuntimeError extends Exception {
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (super[Symbol.hasInstance](value)) return true;
    return (this === RuntimeError || this === RecursionError) && isStackOverflow(value);
  }
}

/** An abstract method was called, or this platform lacks the call. */
export class NotImplementedError extends RuntimeError {}
/** Calls are nested too deep. The language's own `RangeError` for it counts too. */
export class RecursionError extends RuntimeError {}
/** The program is ending and no longer does this: Python's `PythonFinalizationError`. */
export class FinalizationError extends RuntimeError {}

/** For symmetry with Python: the language's iterators say `done`. */
export class StopIteration extends Exception {}
/** For symmetry with Python: the language's iterators say `done`. */
export class StopAsyncIteration extends Exception {}
/** An internal error of native code. */
export class SystemError extends Exception {}
/** The right type, but a value that makes no sense here. */
export class ValueError extends Exception {}

/** The base of all categories of `warn`. */
export class Warning extends Exception {}
/** The default category. */
export class UserWarning extends Warning {}
/** A feature will go; for programmers. Ignored by default. */
export class DeprecationWarning extends Warning {}
/** A feature will be deprecated. Ignored by default. */
export class PendingDeprecationWarning extends Warning {}
/** A feature will change; for users. */
export class FutureWarning extends Warning {}
/** A dubious behaviour at run time. */
export class RuntimeWarning extends Warning {}
/** Something was left open: a socket, a pool, a shared memory segment. Ignored by default. */
export class ResourceWarning extends Warning {}

/**
 * Lets errors be named after their class without a field of their own. Not an accessor in the class: TypeScript would
 * then refuse the familiar `override name = 'Mine'` in a user's class.
 */
export function nameAfterClass(prototype: Error): void {
  Object.defineProperty(prototype, 'name', {
    configurable: true,
    get(this: Error): string {
      let type = this.constructor;
      while (type.name === '') type = Object.getPrototypeOf(type) as Function; // anonymous: the parent's name
      return type.name;
    },
    set(this: Error, value: unknown) {
      Object.defineProperty(this, 'name', { value, configurable: true, writable: true });
    },
  });
}

/** Any error: also one of another realm, and one that an old library made without calling `Error`. */
export function isError(value: unknown): value is Error {
  return Error.isError(value) || value instanceof Error;
}

/** The class is in the prototype chain: `instanceof` without any rule. */
function isInstance(type: Function, value: unknown): boolean {
  return Function.prototype[Symbol.hasInstance].call(type, value);
}

/** The code of an error made by others. A time limit of the platform (`AbortSignal.timeout`) is known by its name. */
export function foreignCode(error: Error & { readonly code?: unknown }): string | undefined {
  if (error.name === 'TimeoutError') return 'ETIMEDOUT';
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether a catch-all must let this error pass: it is no `Exception`, or it stands for such an error. */
function mustPass(error: Error & { readonly errors?: unknown; readonly error?: unknown }, depth = 0): boolean {
  if (isInstance(BaseException, error)) return !isInstance(Exception, error);
  if (error.name === 'AbortError') return true;
  if (depth === 64) return false; // errors that hold one another
  const inside = Array.isArray(error.errors) ? error.errors : error.name === 'SuppressedError' ? [error.error] : [];
  return inside.some((inner) => isError(inner) && mustPass(inner, depth + 1));
}

function isStackOverflow(value: unknown): boolean {
  return value instanceof RangeError && value.message === 'Maximum call stack size exceeded';
}
