import { ClientSync, isMain, Listener, Pipe, Process } from '@p8/multiprocessing';
import type { ConnectionAddress } from '@p8/multiprocessing';

export function f(address: ConnectionAddress) {
  using connection = ClientSync(address);
  connection.sendSync([42, null, 'hello']);
  console.log(connection.recvSync());
}

if (isMain(import.meta)) {
  const [here, there] = Pipe();
  await here.send('both ends receive');
  console.log(await there.recv());
  await there.send('both ends send');
  console.log(await here.recv());
  here.close();
  there.close();

  using listener = new Listener();
  const p = new Process({ target: f, args: [listener.address] });
  p.start();
  using connection = await listener.accept();
  console.log(await connection.recv());
  await connection.send('to the child');
  await p.join();
}
