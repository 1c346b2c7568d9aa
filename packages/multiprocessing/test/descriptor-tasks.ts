/** What processes do that get descriptors, and what is sent to them. */
import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readdirSync } from 'node:fs';
import { closeFd, passFd } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { reduce } from '@p8/pickle';
import type { PassedFd, Reduced } from '@p8/pickle';
import { Process } from '../src/index.ts';
import type { Connection, Listener } from '../src/index.ts';

export type Named = { readonly sockets: Socket[]; readonly reply: Map<string, Connection> };

/** An open file, which says how it travels: the pattern of memory and whatever else has a descriptor. */
export class OpenFile {
  static {
    Object.defineProperty(this.prototype, reduce, {
      value(this: OpenFile): Reduced {
        return [openedFile, [passFd(this.fd)]];
      },
    });
  }

  readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** What tells one file from another. */
  get inode(): number {
    return fstatSync(this.fd).ino;
  }

  [Symbol.dispose](): void {
    closeFd(this.fd);
  }
}

export function openedFile(passed: PassedFd): OpenFile {
  return new OpenFile(passed.take());
}

/** Cannot be had on the other side. */
export class Doomed {
  static {
    Object.defineProperty(this.prototype, reduce, {
      value(this: Doomed): Reduced {
        return [fallsApart, [passFd(this.fd)]];
      },
    });
  }

  readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }
}

export function fallsApart(): never {
  throw new RangeError('it fell apart');
}

/** Answers on each socket, and says so. */
export async function answersAll({ sockets, reply }: Named): Promise<void> {
  for (const sock of sockets) {
    const line = await sock.recvUntil('\n');
    await sock.sendall(String(line).toUpperCase());
    sock.close();
  }
  await reply.get('to')!.send(sockets.length);
}

/** Blocks. */
export function answersSync(connection: Connection): void {
  for (
    let sock = connection.recvSync() as Socket | null;
    sock !== null;
    sock = connection.recvSync() as Socket | null
  ) {
    sock.sendallSync(`${process.pid}\n`);
    sock.close();
  }
}

export async function acceptsOne(listener: Listener, report: Connection): Promise<void> {
  await report.send('accepting');
  using connection = await listener.accept();
  await connection.send(process.pid);
  listener.close();
}

/** Has its connection as a field. */
export class Answering extends Process {
  readonly connection: Connection;

  constructor(connection: Connection) {
    super();
    this.connection = connection;
  }

  override async run(): Promise<void> {
    await this.connection.send(['from', this.pid]);
  }
}

/** Receives while it may open one file more only, and says what came of it. */
export function hasFewDescriptors(connection: Connection): void {
  // the first wait of a thread opens what wakes it
  connection.pollSync(0.001);
  limitFiles();
  connection.sendSync('ready');
  const before = openFiles().length;
  const outcomes: unknown[] = [];
  for (let i = 0; i < 2; i++) {
    try {
      outcomes.push(typeof connection.recvSync());
    } catch (error) {
      outcomes.push((error as { code?: string }).code);
    }
  }
  connection.sendSync([...outcomes, openFiles().length - before]);
}

/** Fills the gaps below the number that is free then, and allows that one alone. */
function limitFiles(): void {
  const highest = Math.max(...openFiles());
  let fd: number;
  do fd = openSync('/dev/null', 'r');
  while (fd < highest);
  execFileSync('prlimit', ['--pid', String(process.pid), `--nofile=${fd + 1}:`]);
  closeSync(fd);
}

function openFiles(): number[] {
  return readdirSync('/proc/self/fd').map(Number);
}
