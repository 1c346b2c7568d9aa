import { Pipe, wait } from '@p8/multiprocessing';

const [fast, slow] = [Pipe<string>(), Pipe<string>()];
fast[1].sendSync('first');
for (const connection of await wait([fast[0], slow[0]], 5)) console.log(await connection.recv());
console.log((await wait([fast[0], slow[0]], 0)).length);
for (const end of [...fast, ...slow]) end.close();
