import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SyncManager } from '@p8/multiprocessing';

const program = `
import sys
from multiprocessing.managers import SyncManager

manager = SyncManager(sys.argv[1], authkey=b'secret')
manager.start()
print('listening', flush=True)
input()
`;

const address = `/tmp/p8-example-${process.pid}`;
const python = spawn('python3', ['-c', program, address], { stdio: ['pipe', 'pipe', 'inherit'] });
await once(python.stdout, 'data');

const manager = new SyncManager({ address, authkey: Buffer.from('secret') });
await manager.connect();
using numbers = await manager.list([3, 1, 2]);
await numbers.sort({ reverse: true });
console.log(await numbers.referentString());
python.stdin.end('\n');
await once(python, 'exit');
