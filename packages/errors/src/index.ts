// Exceptions, in the order of Python's tree
export {
  ArithmeticError,
  AssertionError,
  AttributeError,
  BaseException,
  BufferError,
  EOFError,
  Exception,
  FinalizationError,
  FloatingPointError,
  GeneratorExit,
  ImportError,
  IndexError,
  KeyboardInterrupt,
  KeyError,
  LookupError,
  MemoryError,
  ModuleNotFoundError,
  NameError,
  NotImplementedError,
  OverflowError,
  RecursionError,
  RuntimeError,
  StopAsyncIteration,
  StopIteration,
  SystemError,
  SystemExit,
  UnboundLocalError,
  ValueError,
  ZeroDivisionError,
} from './exceptions.ts';
export { UnicodeDecodeError, UnicodeEncodeError, UnicodeError } from './unicode-error.ts';
export type { UnicodeErrorOptions } from './unicode-error.ts';

// System errors
export {
  BlockingIOError,
  BrokenPipeError,
  ChildProcessError,
  ConnectionAbortedError,
  ConnectionError,
  ConnectionRefusedError,
  ConnectionResetError,
  FileExistsError,
  FileNotFoundError,
  InterruptedError,
  IsADirectoryError,
  NotADirectoryError,
  OSError,
  OSError as EnvironmentError,
  OSError as IOError,
  PermissionError,
  ProcessLookupError,
  TimeoutError,
} from './os-error.ts';
export type { ErrorAddress, OSErrorOptions } from './os-error.ts';
export { strerror } from './errno.ts';

// Warning categories
export {
  DeprecationWarning,
  FutureWarning,
  PendingDeprecationWarning,
  ResourceWarning,
  RuntimeWarning,
  UserWarning,
  Warning,
} from './exceptions.ts';

// Statements
export { attempt, handle, raise } from './attempt.ts';
export type { Attempt, Clauses, Handled, Statement, StatementResult } from './attempt.ts';
export { except } from './except.ts';
export type { Caught, ErrorType, Except } from './except.ts';
export { suppress } from './suppress.ts';
export { assert } from '#assert';

// Groups
export { BaseExceptionGroup, ExceptionGroup } from './exception-group.ts';
export type { Split } from './exception-group.ts';
export { exceptGroup } from './except-group.ts';
export type { ExceptGroup } from './except-group.ts';

// What an error remembers
export { addNote, contextOf, notesOf, setContext } from './context.ts';

// Tracebacks
export { extractTb, formatException, formatExceptionOnly, printException } from './traceback.ts';
export { hideFrames } from './stack.ts';
export type { FormatOptions } from './traceback.ts';
export type { FrameSummary } from './stack.ts';

// Ctrl-C
export { interruptible } from './interruptible.ts';

// Warnings
export {
  catchWarnings,
  deprecated,
  filterwarnings,
  formatwarning,
  resetwarnings,
  simplefilter,
  warn,
  warnExplicit,
} from './warnings.ts';
export type {
  CaughtWarnings,
  WarningAction,
  WarningFilter,
  WarningMessage,
  WarningType,
  WarnOptions,
} from './warnings.ts';
