/** What `wrapTls` is told. Keys, certificates, versions and ciphers are Node's: `tls.createSecureContext`. */
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { PeerCertificate, SecureContext, SecureContextOptions } from 'node:tls';
import { ValueError } from '@p8/errors';
import { describe } from './describe.ts';
import { checkTimeout } from './wait.ts';
import type { Seconds, WaitOptions } from './wait.ts';

/** What both `wrapTls` and `wrapTlsSync` take. https://nodejs.org/api/tls.html#tlscreatesecurecontextoptions */
export interface TlsSyncOptions extends SecureContextOptions {
  /** This end is the server; it needs a `context`, or `key` and `cert` (or `pfx`). */
  readonly serverSide?: boolean;
  /**
   * For a client: the name that the server's certificate must be for, and that the server is told (SNI). A client needs it,
   * unless `rejectUnauthorized` is false.
   */
  readonly serverHostname?: string;
  /** For a server: ask the client for a certificate. */
  readonly requestCert?: boolean;
  /** Refuse a peer whose certificate is not valid, or a client without one where `requestCert` asks for it; true unless given. */
  readonly rejectUnauthorized?: boolean;
  /** Protocols for ALPN, the preferred first. */
  readonly ALPNProtocols?: readonly string[];
  /** For a client: the `session` of an earlier connection, to resume it. */
  readonly session?: Buffer;
  /** The limit of the handshake in seconds; the socket's timeout unless given. */
  readonly timeout?: Seconds | null;
  /**
   * Take an end of the connection without close_notify as a plain end of file, as Python does unless told otherwise. Without
   * it, the read that meets the end raises SSLEOFError.
   */
  readonly suppressRaggedEofs?: boolean;
}

export interface TlsOptions extends TlsSyncOptions, WaitOptions {
  /** Made by `tls.createSecureContext`, instead of the options for one. Shared, it lets sessions of a server be resumed. */
  readonly context?: SecureContext;
  /** For a server: the context for the name that the client asks for; `done(null)` keeps the one given. */
  readonly SNICallback?: (servername: string, done: (error: Error | null, context?: SecureContext) => void) => void;
  /** For a client: checks the name in a valid certificate; an Error refuses it. `tls.checkServerIdentity` unless given. */
  readonly checkServerIdentity?: (hostname: string, certificate: PeerCertificate) => Error | undefined;
}

/** Refuses what would only fail in the handshake, in words that are harder to understand. */
export function checkTlsOptions(options: TlsOptions, call: string): void {
  const { serverSide = false, serverHostname, rejectUnauthorized = true, timeout } = options;
  if (timeout !== undefined) checkTimeout(timeout);
  if (serverHostname !== undefined && (typeof serverHostname !== 'string' || serverHostname === '')) {
    throw new TypeError(`${call}(): serverHostname must be a name, not ${describe(serverHostname)}`);
  }
  if (serverSide) {
    if (serverHostname !== undefined) throw new ValueError(`${call}(): serverHostname is for clients only`);
    if (options.context === undefined && !(options.cert && options.key) && options.pfx === undefined) {
      throw new ValueError(`${call}(): a server needs a certificate; give key and cert, pfx or a context`);
    }
  } else if (serverHostname === undefined && rejectUnauthorized && options.checkServerIdentity === undefined) {
    throw new ValueError(
      `${call}(): a client needs serverHostname, the name that the certificate must be for; or turn the check off with rejectUnauthorized: false`,
    );
  }
}

export function contextOf(options: TlsOptions): SecureContext {
  return options.context ?? createSecureContext(options);
}

/** The name for SNI, which is never a number: RFC 6066. */
export function sniName(hostname: string | undefined): string | undefined {
  return hostname === undefined || isIP(hostname) !== 0 ? undefined : hostname;
}

/** Each name behind its length: RFC 7301, 3.1. */
export function alpnBytes(protocols: readonly string[]): Buffer {
  return Buffer.concat(protocols.flatMap((name) => [Buffer.from([Buffer.byteLength(name)]), Buffer.from(name)]));
}
