import { spawn } from 'node:child_process';
import { Listener, pickleCodec } from '@p8/multiprocessing';

const program = `
import sys
from multiprocessing.connection import Client

with Client(sys.argv[1], authkey=b'secret') as connection:
    numbers = connection.recv()
    connection.send({'sum': sum(numbers), 'largest': max(numbers)})
`;

using listener = new Listener({ authkey: Buffer.from('secret'), codec: pickleCodec });
spawn('python3', ['-c', program, String(listener.address)], { stdio: 'inherit' });
using connection = await listener.accept();
await connection.send([3, 1, 2]);
console.log(await connection.recv());
