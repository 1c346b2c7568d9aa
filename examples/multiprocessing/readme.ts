import { Pipe } from '@p8/multiprocessing';

const [here, there] = Pipe<{ name: string; at: Date }>();
await here.send({ name: 'bob', at: new Date(0) });
console.log(await there.recv());
here.close();
there.close();
