/** The errors of TLS, with the names of Python's ssl module. https://docs.python.org/3/library/ssl.html#exceptions */
import { OSError, TimeoutError } from '@p8/errors';
import type { OSErrorOptions } from '@p8/errors';

/** OpenSSL's own numbers, which Python gives as errno. */
const SSL_ERROR_SSL = 1;
const SSL_ERROR_EOF = 8;

/** TLS failed: `code` is OpenSSL's name for it, `'ERR_SSL_WRONG_VERSION_NUMBER'`, and `reason` its last part. */
export class SSLError extends OSError {
  declare readonly errno: number;
  /** `'WRONG_VERSION_NUMBER'` */
  declare readonly reason: string;

  constructor(message: string, reason: string, options?: OSErrorOptions) {
    super(message, options);
    this.errno = SSL_ERROR_SSL;
    this.reason = reason;
  }
}

/** The peer's certificate is not accepted; `code` says why: `'CERT_HAS_EXPIRED'`, `'ERR_TLS_CERT_ALTNAME_INVALID'`. */
export class SSLCertVerificationError extends SSLError {
  declare readonly verifyMessage: string;

  constructor(verifyMessage: string, options?: OSErrorOptions) {
    super(`[SSL: CERTIFICATE_VERIFY_FAILED] ${verifyMessage}`, 'CERTIFICATE_VERIFY_FAILED', options);
    this.verifyMessage = verifyMessage;
  }
}

/** The connection ended without TLS's own good-bye (close_notify): what came may have been cut short. */
export class SSLEOFError extends SSLError {
  declare readonly errno: number;

  constructor(message: string, options?: OSErrorOptions) {
    super(`[SSL: UNEXPECTED_EOF_WHILE_READING] ${message}`, 'UNEXPECTED_EOF_WHILE_READING', options);
    this.errno = SSL_ERROR_EOF;
  }
}

/** An error as it came from OpenSSL, from Node's TLS or from the system, as one of ours. */
export function tlsError(error: unknown, syscall: string): unknown {
  if (!(error instanceof Error) || error instanceof TimeoutError || error instanceof SSLError) return error;
  const { code, errno, reason } = error as Error & { code?: unknown; errno?: unknown; reason?: unknown };
  if (typeof code !== 'string') return error;
  const options = { code, syscall, cause: error };
  if (code.startsWith('ERR_SSL_')) {
    const name = code.slice('ERR_SSL_'.length);
    return new SSLError(`[SSL: ${name}] ${typeof reason === 'string' ? reason : error.message}`, name, options);
  }
  if (typeof errno === 'number') return new OSError(errno, { syscall });
  // Node's own word for an end of file in the handshake
  if (code === 'ECONNRESET') {
    return new SSLEOFError('the peer closed the connection during the TLS handshake', { syscall });
  }
  // the verdicts of OpenSSL have no prefix: CERT_HAS_EXPIRED
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || !code.startsWith('ERR_')) {
    return new SSLCertVerificationError(error.message, options);
  }
  return error;
}

/** The error of a read that meets the end of a stream without close_notify. */
export function raggedEnd(): SSLEOFError {
  return new SSLEOFError(
    'the connection ended without close_notify, so its data may have been cut short; suppressRaggedEofs accepts that',
    { syscall: 'recv' },
  );
}
