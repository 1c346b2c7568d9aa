/** V4: the tutorial's client: `node v4-echo-client.ts HOST PORT WORDS…`. */
import { AF_INET, SOCK_STREAM, socket } from '@p8/socket';

const [host = 'localhost', port = '9999', ...words] = process.argv.slice(2);
const data = words.join(' ');

// connect to the server and send data; `using` closes the socket, whatever happens
using sock = socket(AF_INET, SOCK_STREAM);
await sock.connect([host, Number(port)]);
await sock.sendall(`${data}\n`);
const received = String(await sock.recv(1024));

console.log(`Sent: ${data}`);
console.log(`Received: ${received}`);
