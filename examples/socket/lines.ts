import { socketpair } from '@p8/socket';

const [left, right] = socketpair();
using _left = left;

await right.sendall('HELO example.org\r\nDATA\r\nhi\r\n.\r\n\x00\x01');
right.close();

// one line, and not a byte more: the rest is still to be received by whatever comes next
console.log(String(await left.recvUntil('\r\n')).trimEnd());

// all lines, each with its end
for await (const line of left.lines()) {
  if (String(line) === '.\r\n') break;
  console.log(JSON.stringify(String(line)));
}

// leaving the loop has lost nothing
console.log(await left.recv(1024), (await left.recvUntil('\n')).length);
