/** Hundreds of sessions on one event loop. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Dialogue } from './dialogue.ts';
import { descriptors, startServer, until } from './started-server.ts';

const SESSIONS = 300;

test('300 sessions are logged in and transfer at once, and no descriptor is left', async () => {
  const before = descriptors();
  const started = await startServer();
  const content = randomBytes(1 << 20).toString('latin1');
  const sum = createHash('sha256').update(content, 'latin1').digest('hex');
  writeFileSync(join(started.home, 'f'), content, 'latin1');
  const clients = await Promise.all(Array.from({ length: SESSIONS }, () => Dialogue.login(started.port)));
  expect(started.server.sessionCount).toBe(SESSIONS);
  await Promise.all(clients.map((client) => client.say('TYPE I', 200)));
  // every one has its data connection before the first byte flows
  const connections = await Promise.all(clients.map((client) => client.passive()));
  const sums = await Promise.all(
    clients.map(async (client, i) => {
      const connection = connections[i]!;
      if (i % 3 === 0) {
        await client.say(`STOR up${i}`, 150);
        connection.end(Buffer.from(content, 'latin1'));
        await client.expect(226);
        return createHash('sha256')
          .update(readFileSync(join(started.home, `up${i}`)))
          .digest('hex');
      }
      const hash = createHash('sha256');
      connection.on('data', (bytes) => hash.update(bytes));
      const closed = new Promise((resolve) => connection.once('close', resolve));
      await client.say('RETR f', 150);
      await closed;
      await client.expect(226);
      return hash.digest('hex');
    }),
  );
  expect(sums).toEqual(Array.from({ length: SESSIONS }, () => sum));
  await Promise.all(clients.map((client) => client.say('QUIT', 221)));
  for (const client of clients) client.close();
  await until(() => started.server.sessionCount === 0);
  await started.close();
  await until(() => descriptors() <= before);
});
