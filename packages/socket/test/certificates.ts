/** Certificates of a small authority, made by openssl: of a server, a client, and of servers that nobody should trust. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Folder } from './connected.ts';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const NAMES = 'subjectAltName=DNS:localhost,DNS:p8.test,IP:127.0.0.1,IP:::1';

export class Certificates implements Disposable {
  readonly #folder = new Folder();
  readonly ca: string;
  readonly server: Certificate;
  readonly client: Certificate;
  /** For other names than localhost. */
  readonly otherName: Certificate;
  readonly expired: Certificate;
  /** Signed by nobody but itself. */
  readonly unknown: Certificate;

  constructor() {
    this.unknown = this.#selfSigned('unknown', '/CN=localhost');
    this.ca = this.#selfSigned('ca', '/CN=p8 test authority').cert;
    this.server = this.#signed('server', NAMES);
    this.client = this.#signed('client', 'extendedKeyUsage=clientAuth');
    this.otherName = this.#signed('other', 'subjectAltName=DNS:elsewhere.test');
    this.expired = this.#signed('expired', NAMES, -1);
  }

  /** Where a file of a certificate is, for programs that want a path: `file('server.pem')`. */
  file(name: string): string {
    return this.#folder.file(name);
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }

  #selfSigned(name: string, subject: string): Certificate {
    openssl('req', '-x509', ...NEW_KEY, '-days', '2', '-subj', subject, ...this.#output(name, 'pem'));
    return this.#read(name);
  }

  #signed(name: string, extension: string, days = 2): Certificate {
    openssl('req', '-new', ...NEW_KEY, '-subj', `/CN=${name}`, ...this.#output(name, 'csr'));
    writeFileSync(this.file(`${name}.ext`), extension);
    const authority = ['-CA', this.file('ca.pem'), '-CAkey', this.file('ca.key'), '-CAcreateserial'];
    const files = ['-in', this.file(`${name}.csr`), '-out', this.file(`${name}.pem`)];
    openssl('x509', '-req', ...files, ...authority, '-extfile', this.file(`${name}.ext`), '-days', `${days}`);
    return this.#read(name);
  }

  #output(name: string, kind: string): string[] {
    return ['-keyout', this.file(`${name}.key`), '-out', this.file(`${name}.${kind}`)];
  }

  #read(name: string): Certificate {
    return {
      key: readFileSync(this.file(`${name}.key`), 'utf8'),
      cert: readFileSync(this.file(`${name}.pem`), 'utf8'),
    };
  }
}

function openssl(...words: readonly string[]): void {
  execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}
