/** poolifier's own kind of worker file, for processes. */
import { ClusterWorker } from 'poolifier';
import { double } from './double.ts';

// oxlint-disable-next-line import/no-default-export -- what poolifier loads
export default new ClusterWorker<number, number>((x) => double(x as number));
