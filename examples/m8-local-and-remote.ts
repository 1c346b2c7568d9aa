/** Two programs that know nothing of each other but an address and a key: `serve` is on another machine, or pretends to be. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Client, isMain, Listener, SyncManager } from '@p8/multiprocessing';
import type { ConnectionAddress } from '@p8/multiprocessing';
import { importable } from '@p8/pickle';

const authkey = Buffer.from('a secret of both');

export class Inventory {
  readonly #stock = new Map<string, number>();

  add(item: string, count: number): number {
    this.#stock.set(item, (this.#stock.get(item) ?? 0) + count);
    return this.#stock.get(item)!;
  }
}

/** What both machines have. */
export function square(x: number): number {
  return x * x;
}

// the server looks for it while this module still runs
importable(import.meta, { square });

class Depot extends SyncManager {}
const inventory = new Inventory();
/** All clients have the same. */
const DepotManager = Depot.register('Inventory', { callable: () => inventory });

/** The other machine: a manager, and a listener that says where it is. */
async function serve() {
  const server = new DepotManager({ address: ['127.0.0.1', 0], authkey }).getServer();
  using listener = new Listener({ address: ['127.0.0.1', 0], authkey });
  console.log(JSON.stringify(listener.address));
  const serving = server.serveForever();
  using connection = await listener.accept();
  await connection.send(server.address);
  console.log(await connection.recv());
  server.shutdown();
  await serving;
}

/** This machine. */
async function use(address: ConnectionAddress) {
  using connection = await Client(address, { authkey });
  const depot = new DepotManager({ address: (await connection.recv()) as ConnectionAddress, authkey });
  await depot.connect();
  const [here, there] = [await depot.Inventory(), await depot.Inventory()];
  await here.add('lamp', 3);
  console.log('lamps:', await there.add('lamp', 4));
  const pool = await depot.Pool(2);
  console.log('squares:', (await pool.map(square, [1, 2, 3])).join(' '));
  await pool.close();
  await pool.join();
  await connection.send('done');
}

if (isMain(import.meta)) {
  if (process.argv[2] === 'serve') await serve();
  else {
    const flags = [...process.execArgv, process.argv[1]!, 'serve'];
    const other = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(other.stdout, 'data')) as [Buffer];
    await use(JSON.parse(String(line)) as ConnectionAddress);
    const [end] = (await once(other.stdout, 'data')) as [Buffer];
    console.log('the other program says:', String(end).trim());
    await once(other, 'exit');
  }
}
