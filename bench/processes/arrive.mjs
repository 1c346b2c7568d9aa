/** The first statement of a process: says that it is there. Not TypeScript: to load what strips types would be most of the start. */

/** @param {import('@p8/multiprocessing').Connection} connection */
export function arrive(connection) {
  connection.sendSync('here');
}
