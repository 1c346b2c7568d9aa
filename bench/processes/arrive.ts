/** The first statement of a process: says that it is there. */
import type { Connection } from '@p8/multiprocessing';

export function arrive(connection: Connection): void {
  connection.sendSync('here');
}
