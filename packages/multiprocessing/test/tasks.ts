/** What the processes of the tests do. */
import { writeFileSync } from 'node:fs';
import { SystemExit, ValueError } from '@p8/errors';
import { Thread } from '@p8/threading';
import { Client, currentProcess, parentProcess, Process } from '../src/index.ts';
import type { ConnectionAddress } from '../src/index.ts';

export function nothing(): void {}

export function exits(status: number): void {
  process.exit(status);
}

export function raisesExit(status: number | string): void {
  throw new SystemExit(status);
}

export function fails(): void {
  throw new ValueError('boom');
}

export async function waitsForEver(): Promise<void> {
  await new Promise(() => setInterval(nothing, 1000));
}

/** Says that it runs, and computes for ever. */
export async function computesForEver(address: ConnectionAddress): Promise<void> {
  const connection = await Client(address);
  await connection.send(process.pid);
  for (;;) nothing();
}

export async function tells(address: ConnectionAddress, ...what: readonly unknown[]): Promise<void> {
  using connection = await Client(address);
  const { name, daemon, pid, authkey } = currentProcess();
  const parent = parentProcess();
  await connection.send({
    what,
    name,
    daemon,
    pid,
    authkey: Buffer.from(authkey).toString('hex'),
    parent: parent && { name: parent.name, pid: parent.pid, alive: parent.isAlive() },
    cwd: process.cwd(),
    variable: process.env['P8_TEST_VARIABLE'],
  });
}

export class Counter extends Process {
  readonly address: ConnectionAddress;
  readonly from: number;

  constructor(address: ConnectionAddress, from: number) {
    super({ name: 'counter' });
    this.address = address;
    this.from = from;
  }

  override async run(): Promise<void> {
    using connection = await Client(this.address);
    await connection.send([this.name, this.pid === process.pid, this.from + 1]);
  }
}

/** A daemon tries to have a child. */
export async function hasChild(address: ConnectionAddress): Promise<void> {
  using connection = await Client(address);
  try {
    new Process({ target: nothing }).start();
    await connection.send('started');
  } catch (error) {
    await connection.send(`${(error as Error).name}: ${(error as Error).message}`);
  }
}

/** Starts a child that never ends, tells its number, and goes on for ever. */
export async function hasEndlessChild(address: ConnectionAddress): Promise<void> {
  const child = new Process({ target: computesForEver, args: [address] });
  child.start();
  await waitsForEver();
}

/** Ends before its thread and its child do, which are waited for. */
export function leavesOthersBehind(path: string): void {
  new Thread({ target: writesSoon, args: [`${path}.thread`] }).start();
  new Process({ target: writesSoon, args: [`${path}.process`] }).start();
}

export async function writesSoon(path: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  writeFileSync(path, 'written');
}
