import { isMain, Timer } from '@p8/threading';

export function remind(what: string): void {
  console.log('remember:', what);
}

if (isMain(import.meta)) {
  const tea = new Timer(0.05, remind, ['tea']);
  const cake = new Timer(3600, remind, ['cake']);
  for (const timer of [tea, cake]) timer.start();
  cake.cancel();
  for (const timer of [tea, cake]) await timer.join();
}
