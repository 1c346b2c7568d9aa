/** poolifier's own kind of worker file. */
import { ThreadWorker } from 'poolifier';
import { double } from './double.ts';

// oxlint-disable-next-line import/no-default-export -- what poolifier loads
export default new ThreadWorker<number, number>((x) => double(x as number));
