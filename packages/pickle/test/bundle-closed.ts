/** An entry that exports nothing. */
import { isMain } from '../src/index.ts';
import { main } from './bundled.ts';

if (isMain(import.meta)) void main();
