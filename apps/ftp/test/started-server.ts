/** A server on a fresh folder, for one test: user anna with the password secret may write, bert may read. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { FtpServer } from '../src/server.ts';
import type { ServerSettings } from '../src/settings.ts';
import type { Account, Users } from '../src/users.ts';
import { hashPassword, verifyPassword } from '../src/password.ts';

const hash = await hashPassword(Buffer.from('secret'), { N: 16, r: 1, p: 1 });

export interface StartedServer extends AsyncDisposable {
  readonly port: number;
  /** The folder on the disk that is everybody's home. */
  readonly home: string;
  /** A folder beside the home, with a file `secret`. */
  readonly outside: string;
  readonly server: FtpServer;
  /** What was logged, as objects. */
  readonly log: Record<string, unknown>[];
  close(): Promise<void>;
}

export async function startServer(settings: Partial<ServerSettings> = {}): Promise<StartedServer> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'p8-ftp-')));
  const home = join(base, 'home');
  const outside = join(base, 'outside');
  mkdirSync(home);
  mkdirSync(outside);
  const log: Record<string, unknown>[] = [];
  const users: Users = {
    check: async (name, password) => {
      const isRight = await verifyPassword(password, hash);
      const access: Account['access'] = name === 'bert' ? 'read' : 'write';
      return isRight && ['anna', 'bert', 'caf\xc3\xa9'].includes(name) ? { name, home, access } : undefined;
    },
  };
  const server = new FtpServer({
    port: 0,
    users,
    maxPerAddress: 1000,
    dataTimeout: 20,
    loginDelay: 0.02,
    log: pino({ level: 'debug' }, { write: (line) => void log.push(JSON.parse(line)) }),
    ...settings,
  });
  const serving = server.serveForever();
  const close = async () => {
    await server.close();
    await serving;
    rmSync(base, { recursive: true, force: true });
  };
  return { port: server.address.port, home, outside, server, log, close, [Symbol.asyncDispose]: close };
}

/** How many files, folders, sockets and pipes this process has open; the engine's own eventfds stay for its life. */
export function descriptors(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return !readlinkSync(`/proc/self/fd/${fd}`).startsWith('anon_inode:');
    } catch {
      // the descriptor of this very reading
      return false;
    }
  }).length;
}

/** Waits for a condition; the test's own time limit is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}

/** A text no file has by chance. */
export function unlikely(): string {
  return randomBytes(16).toString('hex');
}
