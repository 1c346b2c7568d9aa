/** workerpool's own kind of worker file. */
import { worker } from 'workerpool';
import { double } from './double.ts';

worker({ double });
