/** A session as the command line describes it: connected, logged in, and described by the URL's path. */
import { FTP } from './ftp.ts';
import { findPassword } from './password.ts';
import { parseFTPURL } from './url.ts';
import type { FTPURL } from './url.ts';

/** The options that every subcommand of the client has. */
export interface SessionOptions {
  readonly active?: boolean;
  readonly encoding: 'utf-8' | 'latin1';
  readonly passwordStdin?: boolean;
  /** In seconds; 0 is no limit. */
  readonly timeout: number;
  readonly verbose?: boolean;
}

export interface OpenSession extends AsyncDisposable {
  readonly ftp: FTP;
  readonly url: FTPURL;
}

/** Connects and logs in. Raises what these raise, ValueError for the URL, and leaves nothing open then. */
export async function openSession(address: string, options: SessionOptions, signal: AbortSignal): Promise<OpenSession> {
  const url = parseFTPURL(address);
  const { user } = url;
  const password =
    user === undefined ? '' : await findPassword(user, { stdin: options.passwordStdin ?? false, url: url.password });
  const ftp = new FTP({
    timeout: options.timeout === 0 ? null : options.timeout,
    encoding: options.encoding,
    passive: options.active !== true,
    ...(options.verbose && { trace: (line: string) => void process.stderr.write(`${line}\n`) }),
  });
  try {
    await ftp.connect(url.host, url.port, { signal });
    await ftp.login(user, password, '', { signal });
  } catch (error) {
    ftp.close();
    throw error;
  }
  return { ftp, url, [Symbol.asyncDispose]: () => ftp[Symbol.asyncDispose]() };
}
