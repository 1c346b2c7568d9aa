/**
 * Loaded into each Node of `sanitize.mjs`: what it starts has the sanitizers only if it is Node too, and at its end it notes
 * which addon it had, so that a run with the plain one fails.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

process.execPath = process.env.P8_NODE;
delete process.env.LD_PRELOAD;

if (isMainThread) {
  process.on('exit', () => {
    const paths = readFileSync('/proc/self/maps', 'utf8').match(/\/\S*syscall\.node/g) ?? [];
    for (const path of new Set(paths)) appendFileSync(process.env.P8_ADDONS, `${path} ${process.argv.join(' ')}\n`);
  });
}
