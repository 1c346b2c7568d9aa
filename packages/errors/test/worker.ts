/** A thread that uses the package and tells what it saw. */
import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { attempt, ConnectionError, except, FileNotFoundError, KeyboardInterrupt, OSError } from '@p8/errors';

const refused = new OSError(111);
const seen = [
  refused.name,
  refused instanceof ConnectionError,
  attempt(
    () => readFileSync('/no/such/file', 'utf8'),
    except(FileNotFoundError, () => 'absent'),
  ),
  new KeyboardInterrupt().name,
];
parentPort?.postMessage(seen);
