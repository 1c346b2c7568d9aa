/** Hosts, services, protocols, interfaces and the numbers of the network: each compared with CPython on this machine. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLeftovers } from '../test/leftovers.ts';
import * as s from './index.ts';

checkLeftovers();

const UNKNOWN = `${'x'.repeat(64)}.invalid`;

/** What python3 prints for expressions, `null` where it raises an OSError. */
function python(expressions: readonly string[]): unknown[] {
  const script = `
import json, socket, sys
def value(text):
    try:
        found = eval(text)
        return found.hex() if isinstance(found, bytes) else found
    except OSError:
        return None
print(json.dumps([value(text) for text in json.load(sys.stdin)]))`;
  return JSON.parse(
    execFileSync('python3', ['-c', script], { input: JSON.stringify(expressions) }).toString(),
  ) as unknown[];
}

function orNull(body: () => unknown): unknown {
  try {
    const value = body();
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  } catch (error) {
    expect(error).toBeInstanceOf(s.error);
    return null;
  }
}

const hostForms = [
  [
    'promises',
    {
      nameInfo: s.getnameinfo,
      byName: s.gethostbyname,
      byNameEx: s.gethostbynameEx,
      byAddress: s.gethostbyaddr,
      fqdn: s.getfqdn,
    },
  ],
  [
    'blocking',
    {
      nameInfo: async (...args: Parameters<typeof s.getnameinfoSync>) => s.getnameinfoSync(...args),
      byName: async (...args: Parameters<typeof s.gethostbynameSync>) => s.gethostbynameSync(...args),
      byNameEx: async (...args: Parameters<typeof s.gethostbynameExSync>) => s.gethostbynameExSync(...args),
      byAddress: async (...args: Parameters<typeof s.gethostbyaddrSync>) => s.gethostbyaddrSync(...args),
      fqdn: async (...args: Parameters<typeof s.getfqdnSync>) => s.getfqdnSync(...args),
    },
  ],
] as const;

describe.each(hostForms)('%s', (_, { nameInfo, byName, byNameEx, byAddress, fqdn }) => {
  test('names of addresses, as CPython finds them', async () => {
    expect([
      await nameInfo(['127.0.0.1', 80], s.NI_NUMERICHOST | s.NI_NUMERICSERV),
      await nameInfo(['127.0.0.1', 21], s.NI_NUMERICHOST),
      await nameInfo(['::1', 80, 0, 0], s.NI_NUMERICHOST | s.NI_NUMERICSERV),
      await nameInfo(['127.0.0.1', 53], s.NI_DGRAM),
    ]).toEqual(
      python([
        'socket.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)',
        'socket.getnameinfo(("127.0.0.1", 21), socket.NI_NUMERICHOST)',
        'socket.getnameinfo(("::1", 80, 0, 0), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)',
        'socket.getnameinfo(("127.0.0.1", 53), socket.NI_DGRAM)',
      ]),
    );
    // the scope of an address stays with it
    expect(await nameInfo(['fe80::1', 80, 0, 1], s.NI_NUMERICHOST | s.NI_NUMERICSERV)).toEqual(['fe80::1%lo', '80']);
  });

  test('hosts, as CPython finds them', async () => {
    expect([
      await byName(''),
      await byName('<broadcast>'),
      await byName('127.0.0.2'),
      await byName('localhost'),
      await byNameEx('localhost'),
      await byAddress('127.0.0.1'),
      await fqdn(),
      await fqdn('localhost'),
      await fqdn('0.0.0.0'),
    ]).toEqual(
      python([
        'socket.gethostbyname("")',
        'socket.gethostbyname("<broadcast>")',
        'socket.gethostbyname("127.0.0.2")',
        'socket.gethostbyname("localhost")',
        'socket.gethostbyname_ex("localhost")',
        'socket.gethostbyaddr("127.0.0.1")',
        'socket.getfqdn()',
        'socket.getfqdn("localhost")',
        'socket.getfqdn("0.0.0.0")',
      ]),
    );
  });

  test('the full name of a host that nobody knows is the name itself', async () => {
    expect(await fqdn(UNKNOWN)).toBe(UNKNOWN);
  });

  test('what cannot be found is a gaierror or a herror that names it', async () => {
    await expect(byName(UNKNOWN)).rejects.toMatchObject({ name: 'gaierror', code: 'EAI_NONAME' });
    await expect(byNameEx(UNKNOWN)).rejects.toMatchObject({ name: 'herror', syscall: 'gethostbyname_ex' });
    await expect(byAddress(UNKNOWN)).rejects.toMatchObject({ name: 'gaierror' });
    await expect(nameInfo(['localhost', 80])).rejects.toMatchObject({ name: 'gaierror', syscall: 'getnameinfo' });
    await expect(nameInfo(['192.0.2.1', 80], s.NI_NAMEREQD)).rejects.toMatchObject({ name: 'gaierror' });
    await expect(nameInfo('127.0.0.1' as never)).rejects.toThrow('getnameinfo(): AF_INET address must be [host, port]');
    await expect(nameInfo(['::1', 70_000])).rejects.toThrow('port must be 0-65535, not 70000');
    await expect(byName(7 as never)).rejects.toThrow('host must be a string, not 7');
    await expect(byName('localhost', { timeout: -1 })).rejects.toThrow('timeout must not be negative');
  });
});

test('an aborted look-up rejects with the reason, and nothing is left of it', async () => {
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  await expect(s.getnameinfo(['127.0.0.1', 80], 0, { signal })).rejects.toBe(reason);
  await expect(s.gethostbyaddr('127.0.0.1', { signal })).rejects.toBe(reason);
  await expect(s.getfqdn('', { signal })).rejects.toBe(reason);
});

test('services, protocols, interfaces and the host, as CPython has them', () => {
  const services = ['http', 'ftp', 'domain', 'no-such-service', ''];
  const ports = [21, 53, 80, 443, 65_000];
  const protocols = ['tcp', 'udp', 'icmp', 'ipv6', 'no-such-protocol'];
  expect([
    ...services.map((name) => orNull(() => s.getservbyname(name))),
    ...services.map((name) => orNull(() => s.getservbyname(name, 'udp'))),
    ...ports.map((port) => orNull(() => s.getservbyport(port))),
    ...ports.map((port) => orNull(() => s.getservbyport(port, 'tcp'))),
    ...protocols.map((name) => orNull(() => s.getprotobyname(name))),
    s.ifNameindex(),
    s.ifNametoindex('lo'),
    s.ifIndextoname(1),
    s.gethostname(),
  ]).toEqual(
    python([
      ...services.map((name) => `socket.getservbyname("${name}")`),
      ...services.map((name) => `socket.getservbyname("${name}", "udp")`),
      ...ports.map((port) => `socket.getservbyport(${port})`),
      ...ports.map((port) => `socket.getservbyport(${port}, "tcp")`),
      ...protocols.map((name) => `socket.getprotobyname("${name}")`),
      'socket.if_nameindex()',
      'socket.if_nametoindex("lo")',
      'socket.if_indextoname(1)',
      'socket.gethostname()',
    ]),
  );
});

test.each<[string, () => unknown, string]>([
  ['a port that is none', () => s.getservbyport(65_536), 'port must be 0-65535, not 65536'],
  ['a port that is text', () => s.getservbyport('80' as never), 'port must be an integer, not "80"'],
  ['a service that is a number', () => s.getservbyname(80 as never), 'name must be a string, not 80'],
  ['a negative index', () => s.ifIndextoname(-1), 'index must be 0-4294967295, not -1'],
  ['an interface by number', () => s.ifNametoindex(1 as never), 'name must be a string, not 1'],
  ['a fraction', () => s.htons(1.5), 'htons(): value must be an integer, not 1.5'],
  ['a number of 17 bits', () => s.ntohs(65_536), 'ntohs(): value must be 0-65535, not 65536'],
  ['a number of 33 bits', () => s.htonl(2 ** 32), 'htonl(): value must be 0-4294967295, not 4294967296'],
  ['bytes that are text', () => s.inetNtoa('1234' as never), 'inetNtoa(): address must be bytes, not "1234"'],
  ['a name that is a number', () => s.sethostname(1 as never), 'sethostname(): name must be a string, not 1'],
])('%s is refused by name', (_, body, message) => {
  expect(body).toThrow(message);
});

test('sethostname takes the name that the host has, or says that one may not', () => {
  const changed = orNull(() => s.sethostname(s.gethostname()));
  // without CAP_SYS_ADMIN it is a PermissionError, an OSError too
  expect([undefined, null]).toContain(changed);
});

test('every number goes there and back, and lies in memory as the network has it', () => {
  fc.assert(
    fc.property(fc.nat(0xffff), fc.integer({ min: 0, max: 0xffffffff }), (short, long) => {
      expect(s.ntohs(s.htons(short))).toBe(short);
      expect(s.ntohl(s.htonl(long))).toBe(long);
      const memory = new DataView(new Uint32Array([s.htonl(long)]).buffer);
      expect(memory.getUint32(0)).toBe(long);
    }),
  );
});

test('every address goes to text and back', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      (four, sixteen) => {
        expect(s.inetPton(s.AF_INET, s.inetNtop(s.AF_INET, four))).toEqual(Buffer.from(four));
        expect(s.inetAton(s.inetNtoa(four))).toEqual(Buffer.from(four));
        expect(s.inetPton(s.AF_INET6, s.inetNtop(s.AF_INET6, sixteen))).toEqual(Buffer.from(sixteen));
      },
    ),
  );
});

test('inetAton takes what CPython takes, and gives the same bytes', () => {
  const part = fc.oneof(
    fc.nat(300).map(String),
    fc.nat(2 ** 25).map(String),
    fc.nat(300).map((n) => `0x${n.toString(16)}`),
    fc.nat(300).map((n) => `0${n.toString(8)}`),
    fc.constantFrom('', '08', '-1', '1e1', ' 1', 'x', '0x', '4294967295', '4294967296'),
  );
  const texts = fc.sample(
    fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.')),
    400,
  );
  expect(texts.map((text) => orNull(() => s.inetAton(text)))).toEqual(
    python(texts.map((text) => `socket.inet_aton(${JSON.stringify(text)})`)),
  );
});

describe('descriptors', () => {
  test('fromfd works on a duplicate, and finds out what it is', () => {
    const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM);
    using ours = b;
    const copy = s.fromfd(a.fileno());
    expect([copy.family, copy.type, copy.proto]).toEqual([s.AF_UNIX, s.SOCK_DGRAM, 0]);
    expect(copy.fileno()).not.toBe(a.fileno());
    a.close();
    copy.sendSync('still open');
    expect(String(ours.recvSync(20))).toBe('still open');
    copy.close();
  });

  test('fromfd of what is no socket leaves nothing open', () => {
    const file = openSync('/dev/null', 'r');
    expect(() => s.fromfd(file)).toThrow('Socket operation on non-socket');
    closeSync(file);
    expect(() => s.fromfd(9999)).toThrow('Bad file descriptor');
    expect(() => s.fromfd(-1)).toThrow('fd must not be negative');
  });

  test('a bare descriptor is duplicated and closed', () => {
    const sock = new s.Socket();
    const copy = s.dupFd(sock.detach());
    s.closeFd(copy);
    expect(() => s.closeFd(copy)).toThrow('Bad file descriptor');
    s.closeFd(copy - 1);
  });

  test('a child inherits a descriptor only when it is told to', () => {
    using sock = new s.Socket();
    expect(sock.getInheritable()).toBe(false);
    sock.setInheritable(true);
    expect(sock.getInheritable()).toBe(true);
    sock.setInheritable(false);
    expect(sock.getInheritable()).toBe(false);
  });
});
