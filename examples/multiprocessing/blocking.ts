import { ClientSync, Listener } from '@p8/multiprocessing';

using listener = new Listener();
using client = ClientSync(listener.address);
using connection = listener.acceptSync();

client.sendSync({ op: 'add', numbers: [1, 2, 3] });
console.log(connection.recvSync());
console.log(connection.pollSync(0.01));
