// A value made ready for another thread or process, and made into the value again there
export { dump } from './dump.ts';
export type { Destination, Parcel } from './dump.ts';
export { load, loadSync } from './load.ts';
export { transfer } from './transfer.ts';

// How a class says what its objects become
export { reduce, reducible } from './reduce.ts';
export type { Rebuild, Reduced, Reducible, Travel } from './reduce.ts';

// Descriptors, which go to another process beside the data
export { beside } from './descriptor.ts';
export type { PassedFd, Passing } from './descriptor.ts';

// Functions and classes named by hand
export { importable } from './importable.ts';
export type { ModuleMeta } from './importable.ts';

// The main part of a program
export { isMain } from './is-main.ts';
export { importing, refuseWhileImporting } from './importing.ts';
export { fileFlags } from './file-flags.ts';

// Errors, and those that crossed
export { PickleError, PicklingError, UnpicklingError } from './pickle-error.ts';
export { raisedIn } from './error-parts.ts';
