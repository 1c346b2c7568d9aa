/**
 * `ftp://user:password@host:port/path;type=i` (RFC 1738, 3.2). Not the platform's `URL`, which folds `%2e%2e`, turns
 * backslashes into slashes and so names another file than the one that was asked for.
 *
 *     ftp://host/a/b        a/b below the folder where the login begins
 *     ftp://host/%2Fa/b     /a/b, from the root; ftp://host//a/b is the same
 */
import { NotImplementedError, ValueError } from '@p8/errors';
import { isArgument } from './names.ts';

export interface FTPURL {
  /** A name, or a numeric address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Decoded; undefined when the URL has none. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Decoded; relative to the folder of the login unless it begins with a slash; empty for that folder itself. */
  readonly path: string;
}

const URL_PARTS =
  /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?:(?<userinfo>[^/@]*)@)?(?<host>\[[^\]/]*\]|[^:/[\]@]*)(?::(?<port>\d*))?(?:\/(?<path>.*))?$/is;
const DEFAULT_PORT = 21;

/** The parts of a URL. Raises ValueError that names the wrong part, NotImplementedError for `ftps:`. */
export function parseFTPURL(url: string): FTPURL {
  const parts = URL_PARTS.exec(url)?.groups;
  if (!parts) {
    throw new ValueError(
      `url is not ftp://user@host:port/path; an @, : or / in a name or password is written %40, %3A, %2F`,
    );
  }
  checkScheme(parts['scheme'] ?? '');
  const { userinfo } = parts;
  const colon = userinfo?.indexOf(':') ?? -1;
  const user = userinfo === undefined ? undefined : colon < 0 ? userinfo : userinfo.slice(0, colon);
  return {
    host: parseHost(parts['host'] ?? ''),
    port: parsePort(parts['port']),
    user: user === undefined || user === '' ? undefined : decode(user, 'user'),
    password: userinfo === undefined || colon < 0 ? undefined : decode(userinfo.slice(colon + 1), 'password'),
    path: parsePath(parts['path'] ?? ''),
  };
}

function checkScheme(scheme: string): void {
  const name = scheme.toLowerCase();
  if (name === 'ftp') return;
  if (name === 'ftps' || name === 'ftpes') {
    throw new NotImplementedError(
      `url: ${name}: (FTP over TLS) is not supported yet; with ftp:// the password and the file go unencrypted`,
    );
  }
  throw new ValueError(`url: ${name}: is not FTP; it must begin with ftp://`);
}

function parseHost(text: string): string {
  const isBracketed = text.startsWith('[');
  const host = decode(isBracketed ? text.slice(1, -1) : text, 'host');
  if (host === '') throw new ValueError('url: the host is missing; write ftp://host/path');
  if (isBracketed && !host.includes(':')) throw new ValueError(`url: [${host}] is no IPv6 address`);
  return host;
}

function parsePort(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_PORT;
  const port = Number(text);
  if (port < 1 || port > 65535) throw new ValueError(`url: port must be 1-65535, not ${text}`);
  return port;
}

function parsePath(text: string): string {
  if (text.includes('#')) throw new ValueError('url: a # in the path is written %23');
  const type = /;type=([^/;]*)$/i.exec(text);
  if (type && !/^[id]$/i.test(type[1] ?? '')) {
    throw new ValueError(`url: ;type=${type[1]} is not supported; files go as they are, ;type=i`);
  }
  return decode(type ? text.slice(0, type.index) : text, 'path');
}

function decode(text: string, part: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch (error) {
    throw new ValueError(`url: the ${part} has a % that begins no character; a % itself is written %25`, {
      cause: error,
    });
  }
  if (!isArgument(decoded)) throw new ValueError(`url: the ${part} must not contain CR, LF or NUL`);
  return decoded;
}
