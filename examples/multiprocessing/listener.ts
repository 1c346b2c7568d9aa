import { Client, Listener } from '@p8/multiprocessing';
import type { ConnectionAddress } from '@p8/multiprocessing';

const authkey = Buffer.from('secret');
using listener = new Listener({ family: 'AF_INET', authkey });

async function serve() {
  using connection = await listener.accept();
  for await (const task of connection) await connection.send(Array.from(String(task)).toReversed().join(''));
}

async function ask(address: ConnectionAddress) {
  using connection = await Client(address, { authkey });
  await connection.send('drawer');
  console.log(await connection.recv());
}

await Promise.all([serve(), ask(listener.address)]);
