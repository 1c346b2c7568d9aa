/** The servers that are compared: what each is, what it can be asked for, and how one is started. */
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, type ChildOptions } from './child.ts';
import { nativeProgram } from './native.ts';
import type { Kind } from './workload.ts';

const bench: string = join(import.meta.dirname, '..');
const uvloop = '/usr/lib/python3/dist-packages/uvloop';

interface Description {
  readonly about: string;
  /** What it is written in: a file `native/NAME.c`, `servers/NAME.ts` or `servers/NAME.py`. */
  readonly language: 'C' | 'TypeScript' | 'Python';
  readonly kinds: readonly Kind[];
}

/** Name of each server, which is also its file's → what a reader must know of it. */
export const servers = {
  'echo-epoll': { about: 'C, one thread, epoll', language: 'C', kinds: ['tcp', 'unix', 'connect'] },
  'node-net': { about: 'node:net, data event and write', language: 'TypeScript', kinds: ['tcp', 'unix', 'connect'] },
  'echo-uvloop': {
    about: 'Python, asyncio protocol on uvloop (Debian: python3-uvloop; left out where it is missing)',
    language: 'Python',
    kinds: ['tcp', 'unix', 'connect'],
  },
  'p8-promise': {
    about: '@p8/socket, await recv and await sendall',
    language: 'TypeScript',
    kinds: ['tcp', 'unix', 'connect'],
  },
  'p8-async': { about: '@p8/socketserver, AsyncTCPServer', language: 'TypeScript', kinds: ['tcp', 'connect'] },
  'p8-recv-into': {
    about: '@p8/socket, await recvInto and await sendall, one buffer a connection',
    language: 'TypeScript',
    kinds: ['tcp', 'unix'],
  },
  'p8-recv-view': {
    about: '@p8/socket, await recvView and await sendall',
    language: 'TypeScript',
    kinds: ['tcp', 'unix'],
  },
  'echo-blocking': { about: 'C, blocking recv and send', language: 'C', kinds: ['blocking'] },
  'python-blocking': { about: 'CPython, blocking recv and sendall', language: 'Python', kinds: ['blocking'] },
  'p8-blocking': { about: '@p8/socket, recvSync and sendallSync', language: 'TypeScript', kinds: ['blocking'] },
  'udp-epoll': { about: 'C, one socket, epoll, recvfrom and sendto', language: 'C', kinds: ['udp'] },
  'udp-batch': { about: 'C, one socket, epoll, recvmmsg and sendmmsg', language: 'C', kinds: ['udp'] },
  'node-dgram': { about: 'node:dgram, message event and send', language: 'TypeScript', kinds: ['udp'] },
  'p8-datagram': { about: '@p8/socket, await recvfrom and await sendto', language: 'TypeScript', kinds: ['udp'] },
  'p8-batch': { about: '@p8/socket, await recvmmsg and await sendmmsg', language: 'TypeScript', kinds: ['udp'] },
} as const satisfies Record<string, Description>;

export type ServerName = keyof typeof servers;

export const serverNames: readonly ServerName[] = Object.keys(servers) as ServerName[];

/** The servers that can be asked for this, those in C first. */
export function serversOf(kind: Kind): readonly ServerName[] {
  return serverNames.filter((name) => (servers[name].kinds as readonly Kind[]).includes(kind) && isHere(name));
}

/** A started server and where it listens: a port of 127.0.0.1, or a path. */
export interface Server extends AsyncDisposable {
  readonly child: Child;
  readonly address: string;
}

/** Starts a server in a process of its own and waits until it listens, on a unix socket if told so. */
export async function startServer(name: ServerName, unix: boolean, options: ChildOptions = {}): Promise<Server> {
  const path = join(tmpdir(), `p8-bench-${process.pid}-${name}`);
  const server = await startProgram(name, servers[name].language, unix ? [path] : [], options);
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(path, { force: true });
    },
  };
}

/** Starts a program that prints where it listens. */
export async function startProgram(
  name: string,
  language: Description['language'],
  args: readonly string[],
  options: ChildOptions = {},
): Promise<Server> {
  const child = new Child(...commandOf(name, language, args), options);
  try {
    return { child, address: await child.line(), [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

/** Whether it has garbage that can be collected at a signal. */
export function collectsGarbage(name: ServerName): boolean {
  return servers[name].language === 'TypeScript';
}

/** Throws the sentence that names the fix when a server needs the built packages and they are not there. */
export function requireBuild(names: readonly string[]): void {
  if (!names.some((name) => name.startsWith('p8-'))) return;
  if (existsSync(join(bench, 'node_modules', '@p8', 'socket', 'dist', 'index.js'))) return;
  throw new Error('the packages are not built; run: scripts/dev turbo build');
}

function isHere(name: ServerName): boolean {
  return name !== 'echo-uvloop' || existsSync(uvloop);
}

function commandOf(name: string, language: Description['language'], args: readonly string[]): [string, string[]] {
  if (language === 'C') return [nativeProgram(name), [...args]];
  if (language === 'Python') return ['/usr/bin/python3', [join(bench, 'servers', `${name}.py`), ...args]];
  return [process.execPath, ['--expose-gc', join(bench, 'servers', `${name}.ts`), ...args]];
}
