/** An entry that exports what it sends. */
import { isMain } from '../src/index.ts';
import { main } from './bundled.ts';

export { work } from './bundled.ts';

if (isMain(import.meta)) void main();
