/** Node's `require`, for absolute paths only: so it need not know where this file is, which a bundle in CommonJS hides. */
import { createRequire } from 'node:module';

export const require: NodeJS.Require = createRequire('/');
