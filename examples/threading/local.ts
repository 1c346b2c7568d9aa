import { isMain, Thread, ThreadLocal } from '@p8/threading';

export const session = new ThreadLocal(() => ({ queries: 0 }));

export function query(): void {
  session.queries += 1;
  console.log(session.queries);
}

if (isMain(import.meta)) {
  query();
  query();
  const thread = new Thread({ target: query });
  thread.start();
  await thread.join();
}
