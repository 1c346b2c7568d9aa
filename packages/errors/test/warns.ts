/** A program that warns. */
import { DeprecationWarning, ResourceWarning, simplefilter, warn } from '@p8/errors';
import { old } from './warning.ts';

warn('plain');
for (let i = 0; i < 3; i++) warn('repeated');
warn('unclosed', ResourceWarning);
warn('from the program itself', DeprecationWarning);
old(1);
simplefilter('always', ResourceWarning);
warn('unclosed', ResourceWarning);
