/** The servers that are compared: what each is, and how one is started. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Child, type ChildOptions } from './child.ts';
import { nativeProgram } from './native.ts';

const bench: string = join(import.meta.dirname, '..');

/** Name of each server, which is also its file's → what a reader must know of it. The first two are the yardsticks. */
export const servers = {
  'echo-epoll': 'C, one thread, epoll',
  'node-net': 'node:net, data event and write',
  'p8-promise': '@p8/socket, await recv and await sendall',
  'p8-recv-into': '@p8/socket, await recvInto and await sendall, one buffer a connection',
  'p8-recv-view': '@p8/socket, await recvView and await sendall',
} as const;

export type ServerName = keyof typeof servers;

export const serverNames: readonly ServerName[] = Object.keys(servers) as ServerName[];

/** A started server and where it listens on 127.0.0.1. */
export interface Server extends AsyncDisposable {
  readonly child: Child;
  readonly port: number;
}

/** Starts a server in a process of its own and waits until it listens. */
export async function startServer(name: ServerName, options: ChildOptions = {}): Promise<Server> {
  const child = isNative(name)
    ? new Child(nativeProgram(name), [], options)
    : new Child(process.execPath, ['--expose-gc', join(bench, 'servers', `${name}.ts`)], options);
  try {
    return { child, port: Number(await child.line()), [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

/** Whether it is written in C: it has no garbage to collect. */
export function isNative(name: ServerName): boolean {
  return name === 'echo-epoll';
}

/** Throws the sentence that names the fix when a server needs the built packages and they are not there. */
export function requireBuild(names: readonly ServerName[]): void {
  if (!names.some((name) => name.startsWith('p8-'))) return;
  if (existsSync(join(bench, 'node_modules', '@p8', 'socket', 'dist', 'index.js'))) return;
  throw new Error('the packages are not built; run: scripts/dev turbo build');
}
