/** Python's builtin exceptions, and the classes for them here. */
import {
  ArithmeticError,
  AssertionError,
  AttributeError,
  BaseException,
  BaseExceptionGroup,
  BlockingIOError,
  BrokenPipeError,
  BufferError,
  ChildProcessError,
  ConnectionAbortedError,
  ConnectionError,
  ConnectionRefusedError,
  ConnectionResetError,
  DeprecationWarning,
  EOFError,
  Exception,
  ExceptionGroup,
  FileExistsError,
  FileNotFoundError,
  FinalizationError,
  FloatingPointError,
  FutureWarning,
  GeneratorExit,
  ImportError,
  IndexError,
  InterruptedError,
  IsADirectoryError,
  KeyError,
  KeyboardInterrupt,
  LookupError,
  MemoryError,
  ModuleNotFoundError,
  NameError,
  NotADirectoryError,
  NotImplementedError,
  OSError,
  OverflowError,
  PendingDeprecationWarning,
  PermissionError,
  ProcessLookupError,
  RecursionError,
  ResourceWarning,
  RuntimeError,
  RuntimeWarning,
  StopAsyncIteration,
  StopIteration,
  SystemError,
  SystemExit,
  TimeoutError,
  UnboundLocalError,
  UnicodeDecodeError,
  UnicodeEncodeError,
  UnicodeError,
  UserWarning,
  ValueError,
  Warning,
  ZeroDivisionError,
} from '@p8/errors';
import { errorForm } from './error-form.ts';
import type { Class, Entry, Known } from './known.ts';
import { messageOf } from './repr.ts';
import { decodeArgs, decodeError, encodeArgs, encodeError } from './unicode-errors.ts';

/** Classes of the same name here, parents before their children. */
const sameName = {
  BaseException,
  GeneratorExit,
  KeyboardInterrupt,
  Exception,
  ArithmeticError,
  FloatingPointError,
  OverflowError,
  ZeroDivisionError,
  AssertionError,
  AttributeError,
  BufferError,
  EOFError,
  ImportError,
  ModuleNotFoundError,
  LookupError,
  IndexError,
  MemoryError,
  NameError,
  UnboundLocalError,
  RuntimeError,
  NotImplementedError,
  RecursionError,
  StopIteration,
  StopAsyncIteration,
  SystemError,
  ValueError,
  UnicodeError,
  Warning,
  UserWarning,
  DeprecationWarning,
  FutureWarning,
  PendingDeprecationWarning,
  ResourceWarning,
  RuntimeWarning,
};

const system = {
  OSError,
  BlockingIOError,
  ChildProcessError,
  ConnectionError,
  BrokenPipeError,
  ConnectionAbortedError,
  ConnectionRefusedError,
  ConnectionResetError,
  FileExistsError,
  FileNotFoundError,
  InterruptedError,
  IsADirectoryError,
  NotADirectoryError,
  PermissionError,
  ProcessLookupError,
  TimeoutError,
};

/** Python's names for which there is a wider class here. */
const wider: Readonly<Record<string, Class<Error>>> = {
  PythonFinalizationError: FinalizationError,
  IndentationError: SyntaxError,
  TabError: SyntaxError,
  ReferenceError: Exception, // a weak reference to what is gone
  UnicodeTranslateError: UnicodeError,
  BytesWarning: Warning,
  EncodingWarning: Warning,
  ImportWarning: Warning,
  SyntaxWarning: Warning,
  UnicodeWarning: Warning,
  EnvironmentError: OSError,
  IOError: OSError,
};

/** Classes of the language, and what comes nearest. The class that arrives for a name is the one above. */
const language: readonly (readonly [name: string, type: Class<Error>])[] = [
  ['Exception', Error],
  ['TypeError', TypeError],
  ['SyntaxError', SyntaxError],
  ['ValueError', RangeError],
  ['NameError', ReferenceError],
];

export const exceptions: readonly Entry[] = [
  ...Object.entries(sameName).map(([name, type]) => entry(name, type)),
  ...Object.entries(system).map(([name, type]) => entry(name, type, systemError)),
  entry('KeyError', KeyError, keyError, ({ key }: KeyError) => (key === undefined ? [] : [key])),
  entry('SystemExit', SystemExit, systemExit, ({ code }: SystemExit) => (code === undefined ? [] : [code])),
  entry('UnicodeDecodeError', UnicodeDecodeError, decodeError, decodeArgs),
  entry('UnicodeEncodeError', UnicodeEncodeError, encodeError, encodeArgs),
  entry('BaseExceptionGroup', BaseExceptionGroup, group, groupArgs),
  entry('ExceptionGroup', ExceptionGroup, group, groupArgs),
  ...language.map(([name, type]) => entry(name, type, name === 'SyntaxError' ? syntaxError : undefined)),
  ...Object.entries(wider).map(([name, type]): Entry => {
    const { type: _, ...arriving } = errorForm(type, (args) => make(type, args));
    return [`builtins.${name}`, arriving];
  }),
];

/** The class as which an error is sent: its own or the nearest parent's that Python knows, or by the rules of `instanceof`. */
export function nearest(error: Error, withPrototype: (prototype: object) => Known | undefined): Known | undefined {
  for (let at = Object.getPrototypeOf(error) as object | null; at; at = Object.getPrototypeOf(at) as object | null) {
    const known = withPrototype(at);
    if (known && at !== Error.prototype && at !== RangeError.prototype) return known;
    if (known)
      return withPrototype((byRule.findLast((type) => error instanceof type) ?? known.form.type)?.prototype as object);
  }
  return undefined;
}

/** Errors of Node's own are of these classes by their code. */
const byRule: readonly Class<Error>[] = [
  AssertionError,
  ImportError,
  ModuleNotFoundError,
  MemoryError,
  RecursionError,
  ...Object.values(system),
];

function entry<E extends Error>(
  name: string,
  type: Class<E>,
  build: (args: readonly unknown[], type: Class<E>) => Error = (args) => make(type, args),
  take?: (error: never) => readonly unknown[],
): Entry {
  return [`builtins.${name}`, errorForm(type, (args) => build(args, type), take)];
}

/** Most constructors here take the message that Python would show. */
function make(type: Class<Error>, args: readonly unknown[]): Error {
  return construct(type, messageOf(args));
}

function construct(type: Class<Error>, ...args: readonly unknown[]): Error {
  return Reflect.construct(type as new () => Error, args) as Error;
}

/** `(errno, strerror, filename, winerror, filename2)` */
function systemError(args: readonly unknown[], type: Class<Error>): Error {
  const [errno, strerror, third, , dest] = args;
  if (typeof errno !== 'number' || typeof strerror !== 'string') return make(type, args);
  return construct(type, errno, {
    strerror,
    ...(typeof third === 'string' && { path: third }),
    ...(typeof third === 'number' && { charactersWritten: third }),
    ...(typeof dest === 'string' && { dest }),
  });
}

/** The second argument is where it stands in the source, which Python appends. */
function syntaxError(args: readonly unknown[], type: Class<Error>): Error {
  return make(type, args.slice(0, 1));
}

function keyError(args: readonly unknown[]): Error {
  return args.length === 1 ? new KeyError(args[0]) : make(KeyError, args);
}

function systemExit([code]: readonly unknown[]): Error {
  if (code === undefined || code === null) return new SystemExit();
  return new SystemExit(typeof code === 'number' ? code : messageOf([code]));
}

function group(args: readonly unknown[], type: Class<Error>): Error {
  return construct(type, ...args);
}

function groupArgs(error: BaseExceptionGroup): readonly unknown[] {
  return [error.message, [...error.exceptions]];
}
