/**
 * What the statements and the classes of @p8/errors cost beside the language's own: `scripts/dev node -C @p8/source
 * bench/errors.bench.ts`. Times are of one call.
 */
import { cpus } from 'node:os';
import { attempt, ConnectionRefusedError, except, OSError, ValueError } from '@p8/errors';
import { Bench } from 'tinybench';

let n = 0;
const body = () => n++;
const clause = except(ValueError, () => 0);
const raised = new ValueError('v');
const native = Object.assign(new Error('e'), { code: 'ECONNREFUSED', syscall: 'connect' });

const bench = new Bench({ time: 500 });
bench
  .add('try, no error', () => {
    try {
      return body();
    } catch {
      return 0;
    }
  })
  .add('attempt, no error', () => attempt(body, clause))
  .add('attempt, an error handled', () =>
    attempt(() => {
      throw raised;
    }, clause),
  )
  .add('new Error', () => new Error('message'))
  .add('new ValueError', () => new ValueError('message'))
  .add('new OSError(text)', () => new OSError('message'))
  .add('new OSError(111)', () => new OSError(111, { syscall: 'connect' }))
  .add('instanceof, our own error', () => raised instanceof ValueError)
  .add('instanceof, by code', () => native instanceof ConnectionRefusedError);
await bench.run();

console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`);
console.table(
  bench.tasks.map(({ name, result }) => ({
    name,
    'median ns': result.state === 'completed' ? Math.round(result.latency.p50 * 1e6) : result.state,
  })),
);
