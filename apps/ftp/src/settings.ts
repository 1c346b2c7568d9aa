/** What a server is told; `serve-command.ts` makes it of the command line. Times are in seconds. */
import { BlockList } from 'node:net';
import { type Logger, pino } from 'pino';
import type { PortRange } from './data-connection.ts';
import type { Users } from './users.ts';

export interface ServerSettings {
  /** Numeric, or a name of this machine; `::` serves IPv4 as well. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Undefined: nobody but anonymous. */
  readonly users?: Users | undefined;
  /** The home of `anonymous` and `ftp`, who may read. Undefined: they are users like all others. */
  readonly anonymousHome?: string | undefined;
  /** Nobody may change anything. */
  readonly readOnly: boolean;
  readonly passivePorts?: PortRange | undefined;
  /** The IPv4 address that PASV names instead of this machine's own: the router's. */
  readonly masquerade?: string | undefined;
  /** Clients who get the machine's own address all the same. */
  readonly localNetworks: BlockList;
  readonly maxSessions: number;
  readonly maxPerAddress: number;
  readonly idleTimeout: number;
  readonly loginTimeout: number;
  readonly dataTimeout: number;
  /** How long a wrong password waits for its answer. */
  readonly loginDelay: number;
  readonly banner: string;
  readonly log: Logger;
}

/** What an FTP server may be told: each setting has a default, but nobody may log in without `users` or `anonymousHome`. */
export type FtpServerOptions = Partial<ServerSettings>;

/** The settings of these options: on loopback, the usual port, read and write as the users may, no log. */
export function settingsOf(options: FtpServerOptions): ServerSettings {
  return {
    host: '127.0.0.1',
    port: 2121,
    readOnly: false,
    localNetworks: new BlockList(),
    maxSessions: 1000,
    maxPerAddress: 500,
    idleTimeout: 300,
    loginTimeout: 60,
    dataTimeout: 60,
    loginDelay: 1,
    banner: 'p8 FTP server ready.',
    log: pino({ level: 'silent' }),
    ...options,
  };
}
