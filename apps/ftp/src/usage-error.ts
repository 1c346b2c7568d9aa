/** A command line or a configuration that cannot work: the program prints the sentence and ends with status 2. */
import { Exception } from '@p8/errors';

export class UsageError extends Exception {}
