/** Functions that are at home elsewhere. */
export { work as workElsewhere, Point } from './targets.ts';
