/** What `getsockname` returns goes straight into the next call: no cast, no unpacking. */
import { expect, test } from 'vitest';
import { createConnection, createConnectionSync, createServer } from './index.ts';

test('a connection to the address of a server of one’s own', async () => {
  using server = createServer(['127.0.0.1', 0]);
  using client = await createConnection(server.getsockname());
  using other = createConnectionSync(server.getsockname());
  expect(client.getpeername()).toEqual(server.getsockname());
  expect(other.getpeername()).toEqual(server.getsockname());
});

test('an address that is none of the Internet is refused with the shape that is', async () => {
  const shape = /createConnection\(\): Internet address must be \[host, port/;
  await expect(createConnection('/tmp/a.sock')).rejects.toThrow(shape);
  await expect(createConnection(['127.0.0.1', 65536])).rejects.toThrow('port must be 0-65535, not 65536');
  expect(() => createConnectionSync('/tmp/a.sock')).toThrow(
    'createConnectionSync(): Internet address must be [host, port',
  );
});
