/** Debian's FTP servers as ordinary programs on a loopback port, each with a folder of its own that is removed with it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createConnection, createServer } from '@p8/socket';
import type { InternetAddress } from '@p8/socket';
import { requirePrograms } from '../../../../scripts/debian.mjs';

export interface ForeignServer extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Where the session begins, in the file system of this machine. */
  readonly root: string;
}

const PYFTPDLIB = `
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
class Handler(FTPHandler):
    authorizer = DummyAuthorizer()
    auth_failed_timeout = 0
Handler.authorizer.add_user('anna', 'secret', sys.argv[1], perm='elradfmwMT')
server = FTPServer((sys.argv[2], 0), Handler)
print(server.address[1], flush=True)
server.serve_forever()
`;

/** pyftpdlib, one user with all rights. */
export async function pyftpdlib(host = '127.0.0.1'): Promise<ForeignServer> {
  requirePrograms({ '/usr/lib/python3/dist-packages/pyftpdlib/__init__.py': 'python3-pyftpdlib' });
  const root = mkdtempSync(join(tmpdir(), 'p8-pyftpdlib-'));
  const child = spawn('/usr/bin/python3', ['-c', PYFTPDLIB, root, host], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return running(child, { port: Number(line), user: 'anna', password: 'secret', root }, root);
}

/** vsftpd, anonymous users in a folder that they may write. */
export async function vsftpd(): Promise<ForeignServer> {
  requirePrograms({ vsftpd: 'vsftpd' });
  const folder = mkdtempSync(join(tmpdir(), 'p8-vsftpd-'));
  chmodSync(folder, 0o755);
  const root = join(folder, 'root', 'files');
  mkdirSync(root, { recursive: true });
  mkdirSync(join(folder, 'empty'));
  chmodSync(root, 0o777);
  const port = freePort();
  const options = {
    listen: 'YES',
    listen_address: '127.0.0.1',
    listen_port: port,
    background: 'NO',
    anonymous_enable: 'YES',
    anon_root: join(folder, 'root'),
    secure_chroot_dir: join(folder, 'empty'),
    write_enable: 'YES',
    anon_upload_enable: 'YES',
    anon_mkdir_write_enable: 'YES',
    anon_other_write_enable: 'YES',
    anon_world_readable_only: 'NO',
    anon_umask: '022',
    no_anon_password: 'YES',
    seccomp_sandbox: 'NO',
    xferlog_enable: 'NO',
  };
  const configuration = join(folder, 'vsftpd.conf');
  writeFileSync(
    configuration,
    Object.entries(options)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const child = spawn('/usr/sbin/vsftpd', [configuration], { stdio: 'ignore' });
  await listening(port, child);
  return running(child, { port, user: 'anonymous', password: '', root }, folder);
}

function running(
  child: ChildProcess,
  server: Omit<ForeignServer, typeof Symbol.asyncDispose>,
  folder: string,
): ForeignServer {
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGKILL')) await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): number {
  using socket = createServer(['127.0.0.1', 0]);
  return (socket.getsockname() as InternetAddress)[1];
}

/** Waits until the program accepts a connection; fails when it has ended. */
async function listening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with status ${child.exitCode}`);
    try {
      (await createConnection(['127.0.0.1', port])).close();
      return;
    } catch {
      // not yet
    }
  }
}
