// CPython's pickle, both ways
export { dump } from './dump.ts';
export type { DumpOptions } from './dump.ts';
export { load } from './load.ts';
export type { LoadOptions } from './load.ts';

// Which classes may arrive, and what they become
export { allow } from './allow.ts';
export type { Allowed, AllowList } from './allow.ts';
export type { PythonClass } from './mapping.ts';

// What Python has and JavaScript has not
export { Ellipsis } from './allow.ts';
export { PyByteArray, PyFloat, PyFrozenSet, PyGlobal, PyObject, PyTuple, pythonReduce } from './python-types.ts';
export type { PyObjectOptions, PythonReducible } from './python-types.ts';

// Python's arguments of an error
export { argsOf } from './error-form.ts';

// Python's text of a value
export { repr } from './repr.ts';
