/** The constants that the addon read from the C headers it was built with. */
import type { otherConstants, requiredConstants, socketConstants } from './constant-names.ts';
import { syscalls } from './load.ts';

type Name = (typeof socketConstants)[number] | (typeof otherConstants)[number];
type Required = (typeof requiredConstants)[number];

/** A number for each name that every platform defines; for the others, `undefined` where the headers lack it. */
export type Constants = { readonly [K in Name]: K extends Required ? number : number | undefined };

export const constants: Constants = syscalls.constants as Constants;
