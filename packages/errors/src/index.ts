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
