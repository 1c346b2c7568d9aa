/** `p8-ftp serve [folder]`: starts the server, says where it is and how to reach it, and ends it when told to. */
import { OSError, ValueError, attempt, except, raise } from '@p8/errors';
import { type Command, Option } from 'commander';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { BlockList } from 'node:net';
import type { Logger } from 'pino';
import type { PortRange } from './data-connection.ts';
import { hasDescriptorPaths } from './jail.ts';
import { LOG_LEVELS, type LogLevel, makeLog } from './log.ts';
import { hashPassword } from './password.ts';
import { type Endpoint, formatEndpoint } from './peer.ts';
import { integer, ipv4Address, network, portRange, seconds } from './serve-options.ts';
import { FtpServer } from './server.ts';
import { type ServerSettings, settingsOf } from './settings.ts';
import { UsageError } from './usage-error.ts';
import { SingleUser, type Users, UsersFile } from './users.ts';

const DEFAULT_PORT = 2121;
const DEFAULT_USER = 'p8';

interface ServeOptions {
  readonly host: string;
  readonly port?: number;
  readonly users?: string;
  readonly anonymous?: boolean;
  readonly readOnly?: boolean;
  readonly passivePorts?: PortRange;
  readonly masquerade?: string;
  readonly localNetwork?: BlockList;
  readonly maxSessions: number;
  readonly maxPerAddress: number;
  readonly idleTimeout: number;
  readonly loginTimeout: number;
  readonly dataTimeout: number;
  readonly logLevel: LogLevel;
  readonly logJson?: boolean;
}

/** Adds the command to the program. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('serve a folder over FTP')
    .argument('[folder]', 'what to serve; home of anonymous and of users without one', '.')
    .option('--host <address>', 'where to listen; :: or 0.0.0.0 for every interface', '127.0.0.1')
    .option('--port <port>', `where to listen; 0 takes a free one (default: ${DEFAULT_PORT})`, integer(0, 65_535))
    .option('--users <file>', 'who may log in; "p8-ftp passwd" writes it (default: one user with a new password)')
    .option('--anonymous', 'let anybody in as anonymous, to read')
    .option('--read-only', 'nobody may change anything')
    .option('--passive-ports <from-to>', 'ports for data connections; open them in the firewall', portRange)
    .option('--masquerade <address>', 'the IPv4 address that PASV names: of the router in front', ipv4Address)
    .addOption(
      new Option(
        '--local-network <network>',
        'clients to whom PASV names the own address all the same; may be repeated',
      ).argParser(network),
    )
    .option('--max-sessions <number>', 'clients at once', integer(1, 100_000), 1000)
    .option('--max-per-address <number>', 'clients at once from one address', integer(1, 100_000), 500)
    .option('--idle-timeout <seconds>', 'how long a client may be silent', seconds, 300)
    .option('--login-timeout <seconds>', 'how long a client may take to log in', seconds, 60)
    .option('--data-timeout <seconds>', 'how long a data connection may take to come, or stand still', seconds, 60)
    .addOption(new Option('--log-level <level>', 'what to write to standard error').choices(LOG_LEVELS).default('info'))
    .option('--log-json', 'one JSON object a line, as pino writes it')
    .action(serve);
}

async function serve(folder: string, options: ServeOptions): Promise<void> {
  const log = makeLog(options.logLevel, options.logJson ?? false);
  const home = await servedFolder(folder, options);
  const { users, password } = await makeUsers(home, options, log);
  const settings = settingsOf({
    host: options.host,
    port: options.port ?? DEFAULT_PORT,
    users,
    anonymousHome: options.anonymous ? home : undefined,
    readOnly: options.readOnly ?? false,
    passivePorts: options.passivePorts,
    masquerade: options.masquerade,
    localNetworks: withLoopback(options),
    maxSessions: options.maxSessions,
    maxPerAddress: options.maxPerAddress,
    idleTimeout: options.idleTimeout,
    loginTimeout: options.loginTimeout,
    dataTimeout: options.dataTimeout,
    log,
  });
  const server = listen(settings, options.port !== undefined);
  console.log(greeting(server.address, home, options, password));
  if (!hasDescriptorPaths)
    log.warn('this system has no /proc: links that are swapped during a request may lead out of a home');
  endOnSignals(server);
  await server.serveForever();
  await server.close();
}

async function servedFolder(folder: string, options: ServeOptions): Promise<string> {
  const explain = (error: OSError) =>
    raise(
      new UsageError(`cannot serve ${folder}: ${reason(error)}; name a folder that you may read`, { cause: error }),
    );
  return await attempt(
    async () => {
      const home = await realpath(folder);
      if (!(await stat(home)).isDirectory()) throw new OSError('it is no folder', { code: 'ENOTDIR' });
      if (options.users === undefined || options.anonymous) await access(home, constants.R_OK | constants.X_OK);
      return home;
    },
    except(OSError, explain),
  );
}

function reason(error: OSError): string {
  if (error.code === 'ENOENT') return 'there is nothing of that name';
  if (error.code === 'ENOTDIR') return 'it is no folder';
  return error.code === 'EACCES' ? 'it may not be read' : error.message;
}

async function makeUsers(
  home: string,
  options: ServeOptions,
  log: Logger,
): Promise<{ users: Users | undefined; password?: string }> {
  if (options.users !== undefined) {
    const onError = (error: Error) => log.error({ err: error }, 'the users file is wrong; the users before stay');
    const users = await attempt(
      () => UsersFile.open(options.users as string, home, onError),
      except([ValueError, OSError], (error) => raise(new UsageError(error.message, { cause: error }))),
    );
    return { users };
  }
  if (options.anonymous) return { users: undefined };
  // only letters and digits: it goes into a URL and a shell
  const password = randomBytes(24)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 16);
  const account = { name: DEFAULT_USER, home, access: 'write' } as const;
  return { users: new SingleUser(account, await hashPassword(Buffer.from(password))), password };
}

function withLoopback({ localNetwork = new BlockList() }: ServeOptions): BlockList {
  localNetwork.addSubnet('127.0.0.0', 8, 'ipv4');
  return localNetwork;
}

/** Listens where it should; without a given port, on a free one if the usual one is taken. */
function listen(settings: ServerSettings, isPortGiven: boolean): FtpServer {
  const where = formatEndpoint({ host: settings.host, port: settings.port, scope: 0 });
  try {
    return new FtpServer(settings);
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    if (error.code === 'EADDRINUSE' && !isPortGiven) {
      console.log(`Port ${settings.port} is taken; a free one serves instead (--port chooses).`);
      return listen({ ...settings, port: 0 }, true);
    }
    throw new UsageError(`cannot listen on ${where}: ${listenFix(error, settings)}`, { cause: error });
  }
}

function listenFix(error: OSError, { host, port }: ServerSettings): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'another program does; stop it, or choose another port with --port (0 takes a free one)';
    case 'EACCES':
      return `port ${port} needs privileges; choose one from 1024 up with --port`;
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine; give one of its own with --host, or :: for all`;
    case undefined:
    default:
      return `${error.message}; give an address of this machine with --host`;
  }
}

function greeting(address: Endpoint, home: string, options: ServeOptions, password: string | undefined): string {
  const url = formatEndpoint({ ...address, host: reachable(address.host) });
  const user = options.users === undefined ? DEFAULT_USER : undefined;
  const who =
    password !== undefined
      ? `user      ${user}\npassword  ${password}   (new at every start; --users keeps your own)`
      : `users     ${[options.users, options.anonymous ? 'anonymous (may read)' : undefined].filter(Boolean).join(', ')}`;
  const credentials = password === undefined ? '' : `${user}:${password}@`;
  const command =
    options.users !== undefined && !options.anonymous
      ? `curl --user NAME ftp://${url}/`
      : `curl ftp://${credentials}${url}/`;
  const mode = options.readOnly || (password === undefined && options.users === undefined) ? ' (read-only)' : '';
  return `Serving ${home}${mode}

address   ftp://${formatEndpoint(address)}
${who}

try       ${command}

Passwords and files travel in clear text. Ctrl-C ends the server.
`;
}

/** An address that a client on this machine can use. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/** The first signal ends all sessions politely, the second one the program. */
function endOnSignals(server: FtpServer): void {
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      process.once('SIGINT', () => process.exit(130));
      process.on(signal, () => process.exit(status));
      console.log(`Ending ${server.sessionCount} sessions; once more ends at once.`);
      void server.close();
    });
  }
}
