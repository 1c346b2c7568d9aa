/** A host by its name: the port that the user gave goes with the address that the resolver found. */
import { expect, test } from 'vitest';
import { AF_INET, AF_INET6, createServer, Socket, SOCK_DGRAM } from './index.ts';

test.each([
  ['AF_INET', AF_INET, 'localhost'],
  // not every machine names ::1, but a scope needs the resolver too
  ['AF_INET6', AF_INET6, '::1%1'],
])('%s: bind and connect to a name use the port given', async (_, family, name) => {
  using probe = new Socket(family);
  probe.bind([family === AF_INET ? '127.0.0.1' : '::1', 0]);
  const port = Number(probe.getsockname()[1]);
  probe.close();
  using server = createServer([name, port], { family });
  expect(server.getsockname()[1]).toBe(port);
  using client = new Socket(family);
  await client.connect([name, port]);
  expect(client.getpeername()[1]).toBe(port);
  using again = new Socket(family);
  again.connectSync([name, port]);
  expect(again.getpeername()[1]).toBe(port);
});

test('sendto a name reaches the port given', async () => {
  using receiver = new Socket(AF_INET, SOCK_DGRAM);
  receiver.bind(['127.0.0.1', 0]);
  using sender = new Socket(AF_INET, SOCK_DGRAM);
  const port = Number(receiver.getsockname()[1]);
  await sender.sendto('one', ['localhost', port]);
  sender.sendtoSync('two', ['localhost', port]);
  expect(String(await receiver.recv(10))).toBe('one');
  expect(String(receiver.recvSync(10))).toBe('two');
});
