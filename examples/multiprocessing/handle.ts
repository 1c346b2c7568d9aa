import { Pipe, recvHandle, sendHandle } from '@p8/multiprocessing';
import { createServer, Socket } from '@p8/socket';

const [here, there] = Pipe();
using server = createServer(['127.0.0.1', 0]);
await sendHandle(here, server.fileno());
using copy = new Socket(undefined, undefined, undefined, { fileno: await recvHandle(there) });
console.log(copy.getsockname()[1] === server.getsockname()[1]);
here.close();
there.close();
