import { dirname } from 'node:path';

/** The folder of the repository. */
export const root: string = dirname(import.meta.dirname);
