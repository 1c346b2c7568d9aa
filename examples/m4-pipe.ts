import { isMain, Pipe, Process } from '@p8/multiprocessing';
import type { Connection } from '@p8/multiprocessing';

export function f(connection: Connection) {
  connection.sendSync([42, null, 'hello']);
  console.log(connection.recvSync());
  connection.close();
}

if (isMain(import.meta)) {
  const [here, there] = Pipe();
  const p = new Process({ target: f, args: [there] });
  p.start();
  console.log(await here.recv());
  await here.send('to the child');
  await p.join();
  here.close();
}
