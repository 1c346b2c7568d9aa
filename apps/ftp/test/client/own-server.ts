/** Our own server in this process, with one user who may do everything. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FtpServer, hashPassword, SingleUser } from '../../src/index.ts';
import type { ForeignServer } from './foreign-servers.ts';

export async function ownServer(host = '127.0.0.1'): Promise<ForeignServer> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'p8-ftp-own-')));
  const hash = await hashPassword(Buffer.from('secret'), { N: 16, r: 1, p: 1 });
  const server = new FtpServer({
    host,
    port: 0,
    users: new SingleUser({ name: 'anna', home: root, access: 'write' }, hash),
    dataTimeout: 20,
    loginDelay: 0,
  });
  const serving = server.serveForever();
  return {
    port: server.address.port,
    user: 'anna',
    password: 'secret',
    root,
    async [Symbol.asyncDispose]() {
      await server.close();
      await serving;
      rmSync(root, { recursive: true, force: true });
    },
  };
}
