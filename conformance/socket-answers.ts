/**
 * The snippets of golden/socket.json, done with @p8/socket, once in each form. Longer than other files: one function for
 * each case, in the order of the golden file.
 */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catchWarnings, ExceptionGroup, OSError, ResourceWarning, TimeoutError } from '@p8/errors';
import * as s from '@p8/socket';
import { createConnection, createConnectionSync, createServer, Socket, socketpair } from '@p8/socket';

export interface Answer {
  /** What must be equal; of an error its class, its number and Python's words at the beginning. */
  readonly same?: Readonly<Record<string, unknown>>;
  /** Where the class must be equal; the message names our arguments, or says how to mend it. */
  readonly ownWords?: Readonly<Record<string, unknown>>;
  /** What differs, and why. */
  readonly differs?: Readonly<Record<string, string>>;
}

type Waiting =
  | 'accept'
  | 'connect'
  | 'connectEx'
  | 'recv'
  | 'recvInto'
  | 'recvfrom'
  | 'recvfromInto'
  | 'recvmsg'
  | 'send'
  | 'sendmsg'
  | 'sendall'
  | 'sendto'
  | 'sendfile';

export interface Form {
  /** Calls a method in this form. */
  readonly call: <C extends Waiting>(
    sock: Socket,
    name: C,
    ...args: Parameters<Socket[`${C}Sync`]>
  ) => Promise<ReturnType<Socket[`${C}Sync`]>>;
  readonly getaddrinfo: (...args: Parameters<typeof s.getaddrinfoSync>) => Promise<s.ResolvedAddress[]>;
  readonly getnameinfo: (...args: Parameters<typeof s.getnameinfoSync>) => Promise<[string, string]>;
  readonly sendFds: (...args: Parameters<typeof s.sendFdsSync>) => Promise<number>;
  readonly recvFds: (...args: Parameters<typeof s.recvFdsSync>) => Promise<ReturnType<typeof s.recvFdsSync>>;
  readonly createConnection: (...args: Parameters<typeof createConnectionSync>) => Promise<Socket>;
}

export const forms: readonly (readonly [name: string, form: Form])[] = [
  [
    'promise',
    {
      call: async (sock, name, ...args) => Reflect.apply(sock[name], sock, args) as never,
      getaddrinfo: s.getaddrinfo,
      getnameinfo: s.getnameinfo,
      createConnection,
      sendFds: s.sendFds,
      recvFds: s.recvFds,
    },
  ],
  [
    'blocking',
    {
      call: async (sock, name, ...args) => Reflect.apply(sock[`${name}Sync`], sock, args) as never,
      getaddrinfo: async (...args) => s.getaddrinfoSync(...args),
      getnameinfo: async (...args) => s.getnameinfoSync(...args),
      createConnection: async (...args) => createConnectionSync(...args),
      sendFds: async (...args) => s.sendFdsSync(...args),
      recvFds: async (...args) => s.recvFdsSync(...args),
    },
  ],
];

interface Raised {
  readonly class: string;
  readonly message: string;
  readonly errno?: number | null;
}

async function exc(body: () => unknown): Promise<Raised | null> {
  try {
    await body();
    return null;
  } catch (error) {
    const { name, message } = error as Error;
    const raised = { class: name, message };
    // Python has the attribute on system errors only
    return error instanceof OSError ? { ...raised, errno: error.errno ?? null } : raised;
  }
}

function mro(type: Function): string[] {
  const names: string[] = [];
  for (let t: Function = type; t.name !== 'Error'; t = Object.getPrototypeOf(t) as Function) names.push(t.name);
  return [...names, 'object'];
}

const opened: Socket[] = [];

const folders: string[] = [];

/** Closes what a case opened, and removes its folders. */
export function closeAll(): void {
  for (const sock of opened.splice(0)) sock.close();
  for (const path of folders.splice(0)) rmSync(path, { recursive: true });
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'p8-golden-'));
  folders.push(path);
  return path;
}

function kept<T extends Socket>(sock: T): T {
  opened.push(sock);
  return sock;
}

const make = (...args: ConstructorParameters<typeof Socket>): Socket => kept(new Socket(...args));
const pair = (...args: Parameters<typeof socketpair>): [Socket, Socket] => socketpair(...args).map(kept) as never;
const server = (...args: Parameters<typeof createServer>): Socket => kept(createServer(...args));
const nameOf = (sock: Socket): s.InternetAddress => sock.getsockname() as s.InternetAddress;

function tcpPair(): [Socket, Socket] {
  const listener = server(['127.0.0.1', 0]);
  const client = kept(createConnectionSync(nameOf(listener)));
  return [client, kept(listener.acceptSync()[0])];
}

function freePort(type?: number): number {
  using sock = new Socket(s.AF_INET, type);
  sock.bind(['127.0.0.1', 0]);
  return nameOf(sock)[1];
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

const isConnected = (sock: Socket): boolean => {
  try {
    sock.getpeername();
    return true;
  } catch {
    return false;
  }
};

const soError = (sock: Socket): number => sock.getsockopt(s.SOL_SOCKET, s.SO_ERROR);
/** The flags that a descriptor was opened with: proc_pid_fdinfo(5). */
const flagsOf = (sock: Socket): number =>
  Number.parseInt(/flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${sock.fileno()}`, 'utf8'))?.[1] ?? '', 8);
const isInheritable = (sock: Socket): boolean => (flagsOf(sock) & 0o2000000) === 0;
const text = async (bytes: Promise<Buffer>): Promise<string> => String(await bytes);

export const cases: Readonly<Record<string, (form: Form) => Promise<Answer>>> = {
  async S01({ call }) {
    const address = ['127.0.0.1', freePort()] as const;
    return {
      same: {
        connect: await exc(() => call(make(), 'connect', address)),
        mro: mro(await classOf(() => make().connect(address))),
        connect_ex: await call(make(), 'connectEx', address),
      },
    };
  },

  async S02({ call }) {
    const address = server(['127.0.0.1', 0]).getsockname();
    const [first, second] = [make(), make()];
    first.setblocking(false);
    second.setblocking(false);
    const connect = await exc(() => call(first, 'connect', address));
    const connect_ex = await call(second, 'connectEx', address);
    await until(() => isConnected(second));
    return {
      same: {
        connect,
        connect_ex,
        so_error_after_writable: soError(second),
        second_connect_ex: await call(second, 'connectEx', address),
        third_connect: await exc(() => call(second, 'connect', address)),
      },
    };
  },

  async S03({ call }) {
    const sock = make();
    sock.setblocking(false);
    const connect_ex = await call(sock, 'connectEx', ['127.0.0.1', freePort()]);
    let so_error = 0;
    await until(() => (so_error = soError(sock)) !== 0);
    return { same: { connect_ex, so_error, so_error_again: soError(sock) } };
  },

  async S04({ call }) {
    const [a, b] = pair();
    a.settimeout(0.05);
    const started = performance.now();
    const recv = await exc(() => call(a, 'recv', 1));
    const waited = performance.now() - started;
    return {
      same: {
        recv,
        'waited_at_least_0.05': waited >= 49,
        'socket.timeout is TimeoutError': s.timeout === TimeoutError,
        'socket.error is OSError': s.error === OSError,
        mro: mro(TimeoutError),
        usable_after: [await call(b, 'send', 'x'), await text(call(a, 'recv', 1))],
      },
    };
  },

  async S05({ call }) {
    const [a] = pair();
    a.setblocking(false);
    const listener = server(['127.0.0.1', 0]);
    listener.settimeout(0);
    return {
      same: {
        recv: await exc(() => call(a, 'recv', 1)),
        mro: mro(await classOf(() => a.recv(1))),
        send_full: await exc(async () => {
          for (;;) await call(a, 'send', Buffer.alloc(65_536));
        }),
        accept_timeout0: await exc(() => call(listener, 'accept')),
      },
    };
  },

  async S06() {
    const sock = make();
    const wrong = (timeout: unknown) => exc(() => sock.settimeout(timeout as number));
    const ownWords = {
      '-1': await wrong(-1),
      str: await wrong('x'),
      nan: await wrong(Number.NaN),
      '1e100': await wrong(1e100),
      inf: await wrong(Infinity),
      'default -1': await exc(() => s.setdefaulttimeout(-1)),
    };
    const after = sock.gettimeout();
    sock.settimeout(0);
    const blocking = sock.getblocking();
    sock.settimeout(2.5);
    const both = [sock.getblocking(), sock.gettimeout()];
    sock.setblocking(true);
    const on = sock.gettimeout();
    sock.setblocking(false);
    return {
      ownWords,
      same: {
        after,
        'settimeout(0).getblocking': blocking,
        '2.5 getblocking': both,
        'setblocking(True).gettimeout': on,
        'setblocking(False).gettimeout': sock.gettimeout(),
      },
    };
  },

  async S07({ call }) {
    const [client, peer] = tcpPair();
    peer.setsockopt(s.SOL_SOCKET, s.SO_LINGER, Int32Array.of(1, 0));
    peer.close();
    let type: Function = Object;
    const recv = await exc(async () => {
      try {
        await call(client, 'recv', 10);
      } catch (error) {
        type = (error as Error).constructor;
        throw error;
      }
    });
    return {
      same: {
        recv,
        mro: mro(type),
        recv_again: await text(call(client, 'recv', 10)),
        send_after: await exc(() => call(client, 'send', 'x')),
      },
    };
  },

  async S08({ call }) {
    const [client, peer] = tcpPair();
    await call(client, 'send', 'never read');
    await call(peer, 'send', 'hello');
    peer.close();
    return {
      same: {
        first_recv: await text(call(client, 'recv', 5)),
        second_recv: await exc(() => call(client, 'recv', 5)),
      },
    };
  },

  async S09({ call }) {
    const [client, peer] = tcpPair();
    peer.close();
    return {
      same: {
        first_send: await call(client, 'send', 'x'),
        second_send: await exc(() => call(client, 'send', 'y')),
        mro: mro(await classOf(() => client.send('z'))),
      },
    };
  },

  async S10({ call }) {
    const [client, peer] = tcpPair();
    await call(client, 'sendall', 'req');
    client.shutdown(s.SHUT_WR);
    const server_got = await text(call(peer, 'recv', 10));
    const server_eof = await text(call(peer, 'recv', 10));
    await call(peer, 'sendall', 'resp');
    peer.close();
    const half = {
      server_got,
      server_eof,
      client_got_after_half_close: await text(call(client, 'recv', 10)),
      client_eof: await text(call(client, 'recv', 10)),
      send_after_SHUT_WR: await exc(() => call(client, 'send', 'x')),
    };
    const [reader, writer] = tcpPair();
    await call(writer, 'sendall', 'abc');
    reader.shutdown(s.SHUT_RD);
    return {
      same: {
        ...half,
        recv_after_SHUT_RD: [await text(call(reader, 'recv', 10)), await text(call(reader, 'recv', 10))],
        shutdown_unconnected: await exc(() => make().shutdown(s.SHUT_RDWR)),
        bad_how: await exc(() => reader.shutdown(7)),
      },
    };
  },

  async S11({ call }) {
    const sock = make();
    sock.close();
    sock.close();
    return {
      same: {
        recv: await exc(() => call(sock, 'recv', 1)),
        send: await exc(() => call(sock, 'send', '')),
        getsockname: await exc(() => sock.getsockname()),
        setblocking: await exc(() => sock.setblocking(false)),
        fileno: sock.fileno(),
        'settimeout(1)': await exc(() => sock.settimeout(1)),
        repr_has_closed: String(sock).includes('closed'),
      },
    };
  },

  async S12({ call }) {
    const sock = make();
    const fd = sock.detach();
    const same = {
      fd_is_int: Number.isInteger(fd) && fd > 2,
      fileno_after: sock.fileno(),
      detach_again: sock.detach(),
      send: await exc(() => call(sock, 'send', '')),
    };
    sock.close();
    const isStillOpen = fstatSync(fd).isSocket();
    const again = make(undefined, undefined, undefined, { fileno: fd });
    return {
      same: { ...same, close_does_not_close_fd: isStillOpen, rebuilt: [again.family, again.type, again.proto] },
    };
  },

  async S13() {
    const [a] = pair();
    return {
      same: {
        getpeername: await exc(() => make().getpeername()),
        getsockname: make().getsockname(),
        unix_getsockname: make(s.AF_UNIX).getsockname(),
        v6: make(s.AF_INET6).getsockname(),
        'socketpair names': [a.getsockname(), a.getpeername()],
      },
    };
  },

  async S14({ call }) {
    const address = server(['127.0.0.1', 0]).getsockname();
    const sock = make();
    const bind = (given: unknown) => exc(() => sock.bind(given as s.Address));
    const before = {
      in_use: await bind(address),
      not_local: await bind(['203.0.113.7', 0]),
      'v6 in v4': await bind(['::1', 0]),
    };
    const ownWords = {
      'port 65536': await bind(['127.0.0.1', 65_536]),
      'port -1': await bind(['127.0.0.1', -1]),
      'port str': await bind(['127.0.0.1', '80']),
      'addr str': await bind('x'),
      '1-tuple': await bind(['127.0.0.1']),
    };
    await bind(['127.0.0.1', 0]);
    const any = make();
    any.bind(['', 0]);
    const datagrams = make(s.AF_INET, s.SOCK_DGRAM);
    return {
      same: {
        ...before,
        'bound twice': await bind(['127.0.0.1', 0]),
        'empty host': nameOf(any)[0],
        '<broadcast> without SO_BROADCAST': await exc(() => call(datagrams, 'sendto', 'x', 0, ['<broadcast>', 9])),
      },
      ownWords,
      differs: { list: 'arrays are the language’s tuples' },
    };
  },

  async S15({ getaddrinfo, getnameinfo }) {
    return {
      same: {
        numeric_flag: await exc(() => getaddrinfo('localhost', 80, 0, 0, 0, s.AI_NUMERICHOST)),
        'bad service': await exc(() => getaddrinfo('127.0.0.1', 'nosuchsvc')),
        'family mismatch': await exc(() => getaddrinfo('127.0.0.1', 80, s.AF_INET6)),
        'both none': await exc(() => getaddrinfo(null, null)),
        getservbyname: await exc(() => s.getservbyname('nosuchsvc')),
        getservbyport: await exc(() => s.getservbyport(65_535)),
        getprotobyname: await exc(() => s.getprotobyname('nosuch')),
        'getnameinfo name': await exc(() => getnameinfo(['localhost', 0], 0)),
        mro: mro(s.gaierror),
        'herror mro': mro(s.herror),
        EAI_NONAME: s.EAI_NONAME,
      },
      differs: {
        'port 99999': 'a port that no address can hold is refused (OverflowError), as everywhere else',
      },
    };
  },

  async S16() {
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    const { AF_INET, AF_INET6, inetAton, inetNtop, inetPton } = s;
    return {
      same: {
        'aton 1': hex(inetAton('1')),
        'aton 1.2.3': hex(inetAton('1.2.3')),
        'aton 0x7f.1': hex(inetAton('0x7f.1')),
        'aton 010.0.0.1 octal': hex(inetAton('010.0.0.1')),
        'aton bad': await exc(() => inetAton('1.2.3.4.5')),
        'pton short': await exc(() => inetPton(AF_INET, '1.2.3')),
        'pton leading zero': await exc(() => inetPton(AF_INET, '01.2.3.4')),
        'pton v6 zone': await exc(() => inetPton(AF_INET6, 'fe80::1%lo')),
        'ntop len': await exc(() => inetNtop(AF_INET, Buffer.from('123'))),
        'ntoa len': await exc(() => s.inetNtoa(Buffer.from('12345'))),
        'ntop fam': await exc(() => inetNtop(99, Buffer.from('1234'))),
        'pton fam': await exc(() => inetPton(99, '1')),
        'ntop mapped': inetNtop(AF_INET6, inetPton(AF_INET6, '::ffff:1.2.3.4')),
        'ntop compress': inetNtop(AF_INET6, inetPton(AF_INET6, '1:0:0:2:0:0:0:3')),
        htons: s.htons(1),
      },
      ownWords: {
        'htons big': await exc(() => s.htons(65_536)),
        'htons neg': await exc(() => s.htons(-1)),
        'htonl big': await exc(() => s.htonl(2 ** 32)),
      },
    };
  },

  async S17({ call, createConnection }) {
    const listener = server(['127.0.0.1', 0]);
    const accepted = async (): Promise<Socket> => kept((await call(listener, 'accept'))[0]);
    listener.settimeout(5);
    kept(await createConnection(nameOf(listener)));
    const first = await accepted();
    s.setdefaulttimeout(7);
    const client = kept(await createConnection(nameOf(listener), { timeout: null }));
    const second = await accepted();
    s.setdefaulttimeout(null);
    listener.settimeout(0);
    kept(await createConnection(nameOf(listener)));
    const third = await accepted();
    return {
      same: {
        'listener timeout 5 -> accepted': first.gettimeout(),
        'default 7 -> accepted': second.gettimeout(),
        'default 7 and create_connection(timeout=None)': client.gettimeout(),
        'non-blocking listener -> accepted gettimeout': third.gettimeout(),
        inheritable: isInheritable(first),
      },
      differs: { 'accepted O_NONBLOCK': 'every descriptor is non-blocking inside, whatever its user sees' },
    };
  },

  async S18({ call }) {
    const [a, b] = pair();
    const [c] = pair();
    a.settimeout(0.1);
    const started = performance.now();
    const over = new AbortController();
    const sending = call(a, 'sendall', Buffer.alloc(50_000_000)).catch((error: unknown) => error);
    void sending.then(() => over.abort());
    // the peer goes on reading while the sender awaits
    while (!over.signal.aborted) {
      await call(b, 'recv', 512);
      await new Promise(setImmediate);
    }
    const error = (await sending) as s.SendallError;
    const elapsed = (performance.now() - started) / 1000;
    c.setblocking(false);
    const sent = await call(c, 'send', Buffer.alloc(10_000_000));
    return {
      same: {
        sendall: await exc(() => Promise.reject(error)),
        'elapsed_about_0.6': elapsed > 0.09 && elapsed < 5,
        progress_was_made: error.bytesSent > 0,
        send_single_call_returns_partial: sent > 0 && sent < 10_000_000,
      },
    };
  },

  async S19({ call }) {
    const [a, b] = pair();
    await call(b, 'send', 'hello');
    const target = Buffer.alloc(3);
    const ownWords = {
      'recv(-1)': await exc(() => call(a, 'recv', -1)),
      'recv_into nbytes>len': await exc(() => call(a, 'recvInto', target, 10)),
      'recv_into nbytes<0': await exc(() => call(a, 'recvInto', target, -1)),
      'recv_into ro': await exc(() => call(a, 'recvInto', 'abc' as never)),
      'recvfrom_into small': await exc(() => call(a, 'recvfromInto', Buffer.alloc(2), 5)),
      'recv str size': await exc(() => call(a, 'recv', '1' as never)),
    };
    return {
      ownWords,
      same: {
        'recv(0)': await text(call(a, 'recv', 0)),
        recv_into: [await call(a, 'recvInto', target), String(target)],
        rest: await text(call(a, 'recv', 10)),
      },
      differs: { 'send str': 'a string is sent as UTF-8' },
    };
  },

  async S20({ call }) {
    const [receiver, sender] = [make(s.AF_INET, s.SOCK_DGRAM), make(s.AF_INET, s.SOCK_DGRAM)];
    receiver.bind(['127.0.0.1', 0]);
    const address = receiver.getsockname();
    await call(sender, 'sendto', '0123456789', 0, address);
    const cut = await text(call(receiver, 'recv', 4));
    await call(sender, 'sendto', 'abcdefghij', 0, address);
    const [message, , flags] = await call(receiver, 'recvmsg', 4);
    await call(sender, 'sendto', '', 0, address);
    const [empty] = await call(receiver, 'recvfrom', 10);
    const tooLong = await exc(() => call(sender, 'sendto', Buffer.alloc(65_508), 0, address));
    const noDestination = await exc(() => call(sender, 'send', 'x'));
    const sendmsgNowhere = await exc(() => call(sender, 'sendmsg', ['x']));
    await call(sender, 'connect', ['127.0.0.1', freePort(s.SOCK_DGRAM)]);
    await call(sender, 'send', 'x');
    sender.settimeout(1);
    const refused = await exc(() => call(sender, 'recv', 1));
    const sent = await call(sender, 'sendto', 'q', 0, address);
    await call(receiver, 'recv', 10);
    await call(make(s.AF_INET, s.SOCK_DGRAM), 'sendto', '0123456789', 0, address);
    return {
      same: {
        'recv(4) of 10': cut,
        'empty datagram': String(empty),
        'too long': tooLong,
        'no dest': noDestination,
        'sendmsg no dest': sendmsgNowhere,
        'recvmsg(4)': [String(message), (flags & s.MSG_TRUNC) !== 0],
        'recv after ICMP port unreachable': refused,
        'sendto while connected to other': sent,
        'recv MSG_TRUNC real length': (await exc(() => call(receiver, 'recv', 4, s.MSG_TRUNC))) ?? 'returned',
      },
    };
  },

  async S21({ call }) {
    const root = folder();
    const path = join(root, 's');
    const file = join(root, 'file');
    writeFileSync(file, '');
    const stream = (): Socket => make(s.AF_UNIX);
    const before = {
      '104 bytes ok len': null,
      missing: await exc(() => call(stream(), 'connect', join(root, 'none'))),
      'regular file': await exc(() => call(stream(), 'connect', file)),
      'bind existing': await exc(() => stream().bind(file)),
    };
    const listener = stream();
    listener.bind(path);
    const noListen = await exc(() => call(stream(), 'connect', path));
    listener.listen();
    const wrongType = await exc(() => call(make(s.AF_UNIX, s.SOCK_DGRAM), 'connect', path));
    const client = stream();
    await call(client, 'connect', path);
    const [accepted, address] = await call(listener, 'accept');
    kept(accepted);
    const peer = client.getpeername();
    listener.close();
    const receiver = make(s.AF_UNIX, s.SOCK_DGRAM);
    receiver.bind(join(root, 'dg'));
    const sender = make(s.AF_UNIX, s.SOCK_DGRAM);
    sender.bind(join(root, 'x'));
    await call(sender, 'sendto', 'hi', 0, join(root, 'dg'));
    return {
      same: {
        ...before,
        'no listen': noListen,
        'wrong type': wrongType,
        'accept addr': address,
        getpeername: peer === path,
        'file remains after close': existsSync(path),
        'connect stale': await exc(() => call(stream(), 'connect', path)),
        'bind stale': await exc(() => stream().bind(path)),
        'dgram from bound': (await call(receiver, 'recvfrom', 10))[1] === join(root, 'x'),
      },
      // with a number: ENAMETOOLONG
      ownWords: { 'too long': await exc(() => stream().bind(`/${'x'.repeat(108)}`)) },
      differs: {
        'interior nul': 'refused with ValueError: the kernel would cut the path there',
        'dgram from unbound addr': 'the empty name, as getsockname() says of the same socket',
        surrogateescape: 'a path that is not UTF-8 comes back as bytes',
      },
    };
  },

  async S22({ call }) {
    const unix = (): Socket => make(s.AF_UNIX);
    const named = unix();
    named.bind(`\0p8.golden.${process.pid}`);
    const name = named.getsockname();
    const autobound = unix();
    autobound.bind('');
    const odd = Buffer.from(`\0p8\0golden\0${process.pid}`);
    const nulls = unix();
    nulls.bind(odd);
    return {
      same: {
        type: name instanceof Uint8Array ? 'bytes' : typeof name,
        starts_nul: name[0] === 0,
        autobind: /^\0[0-9a-f]{5}$/.test(String(autobound.getsockname())),
        '108 total ok': await exc(() => unix().bind(Buffer.from(`\0${process.pid}`.padEnd(108, 'x')))),
        'interior nul kept': odd.equals(nulls.getsockname() as Buffer),
        'in use': await exc(() => unix().bind(odd)),
        refused: await exc(() => call(unix(), 'connect', '\0nosuch-p8')),
      },
      ownWords: { '109 total': await exc(() => unix().bind(`\0${'x'.repeat(108)}`)) },
    };
  },

  async S23({ call }) {
    const [a, b] = pair(s.AF_UNIX, s.SOCK_SEQPACKET);
    await call(a, 'send', 'one');
    await call(a, 'send', 'twotwo');
    const m1 = await text(call(b, 'recv', 10));
    const [m2, , flags] = await call(b, 'recvmsg', 3);
    await call(a, 'send', '');
    const [empty, , emptyFlags] = await call(b, 'recvmsg', 10);
    a.close();
    const eof = await text(call(b, 'recv', 10));
    return {
      same: {
        m1,
        eof,
        truncated: [String(m2), (flags & s.MSG_TRUNC) !== 0],
        'empty record': [String(empty), emptyFlags],
        'eof looks same as empty record': eof === String(empty),
        'send after close': await exc(() => call(b, 'send', 'x')),
      },
    };
  },

  async S24({ sendFds, recvFds, call }) {
    const [a, b] = pair();
    const [c, d] = pair();
    const closing = (fds: readonly number[]): void => fds.forEach(closeSync);
    await sendFds(a, ['m'], [c.fileno(), d.fileno()]);
    const [data, fds, flags] = await recvFds(b, 10, 4);
    const arrived = new Socket(undefined, undefined, undefined, { fileno: fds[1] as number });
    opened.push(arrived);
    await call(arrived, 'send', 'z');
    const connected = await text(call(c, 'recv', 1));
    closing(fds.slice(0, 1));
    await sendFds(a, ['m'], [c.fileno(), d.fileno()]);
    const [, one, cut] = await recvFds(b, 10, 1);
    closing(one);
    await sendFds(a, ['m'], [c.fileno()]);
    const [, items, dropped] = await call(b, 'recvmsg', 10);
    const bad = await exc(() => sendFds(a, ['m'], [9999]));
    const empty = (await exc(() => sendFds(a, [''], [c.fileno()]))) ?? 'sent';
    await sendFds(a, ['m'], []);
    const [, none] = await recvFds(b, 10, 4);
    const many = Array<number>(253).fill(c.fileno());
    return {
      same: {
        msg: String(data),
        n: fds.length,
        flags,
        flags_has_CMSG_CLOEXEC: (flags & (s.MSG_CMSG_CLOEXEC ?? 0)) !== 0,
        connected,
        'new numbers': fds[0] !== c.fileno(),
        'maxfds=1 for 2 sent': [one.length, (cut & s.MSG_CTRUNC) !== 0],
        'plain recvmsg drops fd': [items.length, (dropped & s.MSG_CTRUNC) !== 0],
        'bad fd': bad,
        'empty data no fds delivered?': empty,
        'zero fds': [none.length],
        '253/254 limit': [
          (await exc(() => sendFds(a, ['m'], many))) ?? 'ok',
          // an error inside a list: Python's words and its arguments, without our call behind them
          await exc(() => sendFds(a, ['m'], [...many, c.fileno()])).then((error) => ({
            ...error,
            message: error?.message.replace(' (sendmsg)', ''),
            args: [error?.errno, 'Invalid argument'],
          })),
        ],
      },
      differs: {
        addr: "'': an unbound unix sender, as getsockname() says of it",
        received_inheritable: 'never: a received descriptor is closed on exec, as every other',
      },
    };
  },

  async S25() {
    const sock = make();
    const reuse = (value: unknown) => exc(() => sock.setsockopt(s.SOL_SOCKET, s.SO_REUSEADDR, value as number));
    const ownWords = { 'none without len': await reuse(null) };
    const withLength = await exc(() => sock.setsockopt(s.SOL_SOCKET, s.SO_BINDTODEVICE, null, 0));
    sock.setsockopt(s.SOL_SOCKET, s.SO_RCVBUF, 50_000);
    sock.setsockopt(s.SOL_SOCKET, s.SO_KEEPALIVE, true);
    return {
      same: {
        int: null,
        'none with len': withLength ?? 'ok',
        'bool True': sock.getsockopt(s.SOL_SOCKET, s.SO_KEEPALIVE),
        'unknown opt': await exc(() => sock.setsockopt(s.SOL_SOCKET, 9999, 1)),
        'bad level': await exc(() => sock.getsockopt(12_345, 1)),
        'buflen 4': sock.getsockopt(s.SOL_SOCKET, s.SO_TYPE, 4).toString('hex'),
        'rcvbuf doubled': sock.getsockopt(s.SOL_SOCKET, s.SO_RCVBUF),
        linger: sock.getsockopt(s.SOL_SOCKET, s.SO_LINGER, 8).toString('hex'),
        'TCP_INFO first byte': sock.getsockopt(s.IPPROTO_TCP, s.TCP_INFO, 104)[0],
        SO_ERROR: soError(sock),
      },
      ownWords,
      differs: {
        str: 'a string is bytes: the name of a device or of a congestion control',
        'buflen 0': 'refused: leave it out for an integer',
        'buflen 2000': 'ValueError: the argument is at fault, not the system',
        'buflen -1': 'ValueError: the argument is at fault, not the system',
        '2**31': 'OverflowError: it is an integer, but a large one',
        TCP_CONGESTION: 'a setting of the machine',
      },
    };
  },

  async S26() {
    const sock = new Socket(s.AF_UNIX);
    opened.push(sock);
    return {
      same: { setsockopt: await exc(() => sock.setsockopt(s.SOL_SOCKET, s.SO_REUSEPORT, 1)) },
      differs: {
        'UnixStreamServer allow_reuse_port':
          'the option is for Internet addresses; a unix server does not set it (Python 3.14)',
      },
    };
  },

  async S27() {
    const [a, b] = pair();
    const file = a.makefile('r');
    a.settimeout(0.05);
    const first = await exc(() => file.read(1));
    const [c, d] = pair();
    const other = c.makefile('r');
    c.close();
    d.sendallSync('ok');
    d.close();
    const rest = await text(other.read());
    await other.close();
    await file.close();
    const [e] = pair();
    e.setblocking(false);
    const raw = e.makefile('rb', { buffering: 0 });
    const nothing = (await raw.read(1)) ?? raw.readSync(1) ?? 'None';
    raw.closeSync();
    return {
      same: {
        first,
        'still readable': rest,
        'fileno after file.close': c.fileno(),
        'non-blocking raw read': nothing,
      },
      ownWords: {
        'text unbuffered': await exc(() => a.makefile('r', { buffering: 0, encoding: 'utf-8' })),
        'mode rt': await exc(() => a.makefile('rt' as 'r')),
        'mode a': await exc(() => b.makefile('a' as 'r')),
      },
      differs: {
        'after timeout': 'a time-out loses nothing, and the file goes on',
        'fileno after sock.close with open file': 'closed for its user: -1; the files keep the descriptor open',
        'non-blocking buffered read(1)': 'BlockingIOError, and what had come is kept',
        'non-blocking buffered readline': 'BlockingIOError: not the end of the stream',
        'rwb type': 'one class with a buffer, SocketFile',
        'rb type': 'one class with a buffer, SocketFile',
        'r type': 'TextSocketFile, where an encoding is given',
        'raw type': 'SocketStream: named for what it is',
      },
    };
  },

  async S28({ createConnection, getaddrinfo }) {
    const port = freePort();
    const address = ['127.0.0.1', port] as const;
    const group: unknown = await createConnection(['localhost', port], { allErrors: true }).catch((e: unknown) => e);
    const answers = await getaddrinfo('localhost', port, 0, s.SOCK_STREAM);
    const { exceptions, name, message } = group as ExceptionGroup;
    return {
      same: {
        default: await exc(() => createConnection(address)),
        all_errors: {
          class: name,
          message: message.replace('createConnection', 'create_connection'),
          // one error for each address; how many there are is the machine's
          n: exceptions.length === answers.length ? 1 : exceptions.length,
          sub: [...new Set(exceptions.map((error) => error.name))],
          n_addrinfo: 1,
        },
        'bad source': await exc(() => createConnection(address, { sourceAddress: ['203.0.113.9', 0] })),
        'timeout 0': await exc(() => createConnection(address, { timeout: 0 })),
      },
      ownWords: { 'timeout -1': await exc(() => createConnection(address, { timeout: -1 })) },
    };
  },

  async S29({ call, createConnection }) {
    const listener = server(['127.0.0.1', 0]);
    const v6 = server(['::1', 0], { family: s.AF_INET6 });
    const both = server(['', 0], { family: s.AF_INET6, dualstackIpv6: true });
    kept(await createConnection(['127.0.0.1', nameOf(both)[1]]));
    const [accepted, address] = await call(both, 'accept');
    kept(accepted);
    return {
      same: {
        'SO_REUSEADDR set': listener.getsockopt(s.SOL_SOCKET, s.SO_REUSEADDR),
        'backlog 0': (await exc(() => server(['127.0.0.1', 0], { backlog: 0 }))) ?? 'ok',
        has_dualstack: s.hasDualstackIpv6(),
        'v6only default': v6.getsockopt(s.IPPROTO_IPV6, s.IPV6_V6ONLY),
        'dual stack peer': [address[0], address.length],
      },
      ownWords: {
        'in use': await exc(() => createServer(nameOf(listener))),
        'dualstack v4': await exc(() => createServer(['', 0], { dualstackIpv6: true })),
      },
    };
  },

  async S30() {
    const adopt = (fileno: number) => exc(() => make(undefined, undefined, undefined, { fileno }));
    const file = openSync('/proc/self/status', 'r');
    const regular = await adopt(file);
    closeSync(file);
    const again = make(undefined, undefined, undefined, {
      fileno: new Socket(s.AF_INET6, s.SOCK_DGRAM).detach(),
    });
    return {
      same: {
        'bad fd': await adopt(99_999),
        'regular file': regular,
        'bad family': await exc(() => new Socket(9999)),
        'bad type': await exc(() => new Socket(s.AF_INET, 99)),
        'bad proto': await exc(() => new Socket(s.AF_INET, s.SOCK_STREAM, 17)),
        detected: [again.family, again.type, again.proto],
      },
      ownWords: { '-1': await adopt(-1), float: await adopt(1.5) },
    };
  },

  async S31() {
    const sock = make(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK | s.SOCK_CLOEXEC);
    sock.settimeout(3);
    const copy = kept(sock.dup());
    const inheritable = [sock.getInheritable(), copy.getInheritable()];
    sock.setInheritable(true);
    const other = kept(s.fromfd(sock.fileno(), s.AF_INET, s.SOCK_STREAM));
    return {
      same: {
        type: sock.type,
        inheritable,
        set: sock.getInheritable() && isInheritable(sock),
        'fromfd dup': [other.fileno() !== sock.fileno(), other.getInheritable()],
        'dup timeout': copy.gettimeout(),
        'timeout>0 O_NONBLOCK': (flagsOf(sock) & 0o4000) !== 0,
      },
      differs: {
        'SOCK_NONBLOCK gives timeout': 'the flag is always set inside; settimeout(0) says what the user wants',
        pickle: 'not part of this package yet',
        repr: 'the platform’s form: [object Socket descriptor 20, family 2, type 1]',
      },
    };
  },

  async S33() {
    const script = `
      import { AF_INET, AF_PACKET, IPPROTO_ICMP, SOCK_RAW, Socket } from '@p8/socket';
      if (process.getuid() === 0) (process.setgid(65534), process.setuid(65534));
      const raised = (...args) => {
        try { new Socket(...args); } catch ({ name, message, errno }) { return { class: name, message, errno }; }
      };
      const answers = [raised(AF_INET, SOCK_RAW, IPPROTO_ICMP), raised(AF_PACKET, SOCK_RAW, 0)];
      console.log(JSON.stringify(answers));`;
    const flags = ['-C', '@p8/source', '--input-type=module', '-e', script];
    const output = execFileSync(process.execPath, flags, { cwd: import.meta.dirname, encoding: 'utf8' });
    const [raw, packet] = JSON.parse(output) as Raised[];
    return {
      same: { 'raw icmp': raw, packet },
      differs: { 'bind port 80': 'a setting of the machine: ip_unprivileged_port_start' },
    };
  },

  async S34({ getaddrinfo }) {
    const [scoped] = await getaddrinfo('fe80::1%lo', 1, 0, s.SOCK_DGRAM);
    return {
      same: {
        nametoindex: await exc(() => s.ifNametoindex('nosuch0')),
        indextoname: await exc(() => s.ifIndextoname(99_999)),
        0: await exc(() => s.ifIndextoname(0)),
        lo: s.ifNametoindex('lo'),
        scope: scoped?.[4],
      },
      ownWords: {
        '-1': await exc(() => s.ifIndextoname(-1)),
        type: await exc(() => s.ifNametoindex(1 as never)),
      },
    };
  },

  async S35({ call }) {
    const bound = (): Socket => {
      const sock = make();
      sock.bind(['127.0.0.1', 0]);
      return sock;
    };
    return {
      same: {
        CMSG_LEN: [0, 1, 4, 8].map((n) => s.CMSG_LEN(n)),
        CMSG_SPACE: [0, 1, 4, 8].map((n) => s.CMSG_SPACE(n)),
        SOMAXCONN: s.SOMAXCONN,
        SHUT: [s.SHUT_RD, s.SHUT_WR, s.SHUT_RDWR],
        'listen(-1)': (await exc(() => bound().listen(-1))) ?? 'ok',
        'accept not listening': await exc(() => call(bound(), 'accept')),
        'listen unbound': (await exc(() => make().listen())) ?? 'ok',
      },
      ownWords: { neg: await exc(() => s.CMSG_LEN(-1)), 'listen big': await exc(() => bound().listen(2 ** 31)) },
      differs: {
        AF: 'constants are numbers',
        'str AF': 'constants are numbers',
      },
    };
  },

  async S36() {
    using caught = catchWarnings({ record: true, action: 'always' });
    forget();
    await until(() => {
      globalThis.gc?.();
      return caught.warnings.length > 0;
    });
    return {
      same: { n: caught.warnings.length, category: caught.warnings[0]?.category.name },
      differs: {
        message_is: 'it names the descriptor and the fix: close it, or declare it with "using"',
        default_ignored_filter: `the filters of @p8/errors: ${ResourceWarning.name} is ignored there too`,
      },
    };
  },

  async S37({ call }) {
    const path = join(folder(), 'file');
    writeFileSync(path, '0123456789');
    const file = openSync(path, 'r');
    const [a, b] = pair();
    const sent = await call(a, 'sendfile', file, 2, 5);
    const next = Buffer.alloc(1);
    readSync(file, next, 0, 1, null);
    const got = await text(call(b, 'recv', 100));
    const count = (value: number) => exc(() => call(a, 'sendfile', file, 0, value));
    const pastEof = await call(a, 'sendfile', file, 100);
    const ownWords = {
      'count 0': await count(0),
      'count -1': await count(-1),
      'count float': await count(1.5),
      dgram: await exc(() => call(make(s.AF_INET, s.SOCK_DGRAM), 'sendfile', file)),
      nonblocking: await exc(() => {
        a.setblocking(false);
        return call(a, 'sendfile', file);
      }),
    };
    closeSync(file);
    return {
      same: { sent, tell: Number(String(next)), got, 'past eof': pastEof },
      ownWords,
      differs: {
        text: 'descriptors and FileHandles have no text mode',
        'BytesIO fallback': 'regular files only; bytes in memory go with sendall()',
      },
    };
  },

  async S38({ call }) {
    const [a, b] = pair();
    if (s.SO_PEERCRED === undefined) throw new Error('Linux has SO_PEERCRED');
    const pid = a.getsockopt(s.SOL_SOCKET, s.SO_PEERCRED, 12).readInt32LE();
    await call(b, 'send', 'abc');
    const [client, peer] = tcpPair();
    await call(client, 'send', 'ab!', s.MSG_OOB);
    return {
      same: {
        'peercred pid is me': pid === process.pid,
        peek: await text(call(a, 'recv', 2, s.MSG_PEEK)),
        // oxlint-disable-next-line unicorn/no-thenable -- text, under the golden file's name
        then: await text(call(a, 'recv', 10)),
        'dontwait on blocking': await exc(() => call(a, 'recv', 1, s.MSG_DONTWAIT)),
        oob: [await text(call(peer, 'recv', 10, s.MSG_OOB)), await text(call(peer, 'recv', 10))],
        'oob none': await exc(() => call(peer, 'recv', 1, s.MSG_OOB)),
      },
    };
  },

  async S39() {
    const [a] = pair();
    const waiting = a.recv(1);
    a.shutdown(s.SHUT_RDWR);
    return {
      same: { 'shutdown unblocks with': [`b'${await text(waiting)}'`] },
      differs: {
        'close() alone unblocks recv': 'it does, with EBADF: nothing waits on what is closed',
        'then data arrives ->': 'nothing is received from what is closed',
      },
    };
  },
};

function forget(): void {
  // oxlint-disable-next-line no-new -- it is there to be forgotten
  new Socket();
}

async function classOf(body: () => unknown): Promise<Function> {
  try {
    await body();
  } catch (error) {
    return (error as Error).constructor;
  }
  throw new Error('nothing was raised');
}
