import { attempt, except } from '@p8/errors';
import { isMain, ProcessPoolExecutor, WorkerLostError } from '@p8/multiprocessing';

export function render(page: number): string {
  if (page === 13) process.kill(process.pid, 'SIGKILL');
  return `page ${page}`;
}

if (isMain(import.meta)) {
  await using executor = new ProcessPoolExecutor({ maxWorkers: 1, maxTasksPerChild: 100 });
  for (const page of [12, 13, 14]) {
    const rendered = await attempt(
      () => executor.submit(render, page).result(),
      except(WorkerLostError, ({ exitcode, signal }) => `lost: ${exitcode} ${signal}`),
    );
    console.log(rendered);
  }
}
