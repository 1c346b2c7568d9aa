/** How values cross to threads of pools: the platform clones what `dump` gives. */
import { dump, load, loadSync } from '@p8/pickle';
import type { Carrier } from './recruiter.ts';

export const threadCarrier: Carrier = { dump, load, loadSync };
