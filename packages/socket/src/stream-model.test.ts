/**
 * Any order of data, reads, aborts, time-outs, ends and closes: what was read is the beginning of what was sent, in order;
 * every call settles; and nothing is left, no descriptor and no call that waits.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tcpPair } from '../test/connected.ts';
import { checkLeftovers, pendingCalls } from '../test/leftovers.ts';
import { IncompleteReadError, socketpair } from './index.ts';
import type { Socket, SocketFile } from './index.ts';

checkLeftovers();

const turn = (): Promise<void> => new Promise(setImmediate);

type Read = (sock: Socket, file: SocketFile, signal: AbortSignal) => Promise<Buffer>;

const reads: Readonly<Record<string, Read>> = {
  recv: (sock, _, signal) => sock.recv(3, 0, { signal }),
  recvInto: async (sock, _, signal) => {
    const target = Buffer.alloc(4);
    return target.subarray(0, await sock.recvInto(target, 0, 0, { signal }));
  },
  recvExactly: (sock, _, signal) => sock.recvExactly(5, { signal }),
  recvUntil: (sock, _, signal) => sock.recvUntil('\n', { signal }),
  read: (_, file, signal) => file.read(6, { signal }),
  readline: (_, file, signal) => file.readline(undefined, { signal }),
};

/** The system under test, and what is known of it. */
class Stream {
  readonly a: Socket;
  readonly b: Socket;
  readonly file: SocketFile;
  readonly #received: Buffer[] = [];
  readonly #waiting: { readonly controller: AbortController; readonly settled: Promise<void> }[] = [];
  #sent = '';

  constructor(open: () => [Socket, Socket]) {
    [this.a, this.b] = open();
    this.file = this.a.makefile();
  }

  send(data: string): void {
    if (this.a.closed || this.b.closed) return;
    this.b.sendallSync(data);
    this.#sent += data;
  }

  read(kind: string): void {
    if (this.a.closed) return;
    const controller = new AbortController();
    const reading = (reads[kind] as Read)(this.a, this.file, controller.signal);
    // by the order of the calls: the continuation of one may run before that of an earlier one
    const index = this.#received.push(Buffer.alloc(0)) - 1;
    const settled = reading.then(
      (data) => void (this.#received[index] = data),
      (error: unknown) => {
        if (error instanceof IncompleteReadError) this.#received[index] = error.partial;
      },
    );
    this.#waiting.push({ controller, settled });
  }

  abort(index: number): void {
    this.#waiting[index % Math.max(1, this.#waiting.length)]?.controller.abort();
  }

  async drain(): Promise<void> {
    this.b.close();
    // a limit of 0 given earlier is not for these
    if (!this.a.closed) this.a.settimeout(null);
    for (const { settled } of this.#waiting) await settled;
    if (!this.a.closed) for await (const chunk of this.a) this.#received.push(chunk);
    const received = String(Buffer.concat(this.#received));
    if (this.a.closed) expect(this.#sent.startsWith(received)).toBe(true);
    else expect(received).toBe(this.#sent);
    await this.file.close();
    this.a.close();
    expect(pendingCalls()).toBe(0);
  }
}

type Action =
  | readonly ['send', string]
  | readonly ['read', string]
  | readonly ['abort', number]
  | readonly ['limit', number]
  | readonly ['turn' | 'end' | 'close'];

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('send' as const), fc.stringMatching(/^[a-d\n]{0,8}$/)) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('read' as const), fc.constantFrom(...Object.keys(reads))) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('turn' as const)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('abort' as const), fc.nat(5)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('limit' as const), fc.constantFrom(0, 0.001, 1000)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('end' as const, 'close' as const)) },
);

async function perform(stream: Stream, [kind, argument]: Action): Promise<void> {
  if (kind === 'send') stream.send(argument);
  else if (kind === 'read') stream.read(argument);
  else if (kind === 'abort') stream.abort(argument);
  else if (kind === 'limit') {
    if (!stream.a.closed) stream.a.settimeout(argument);
  } else if (kind === 'turn') await turn();
  else if (kind === 'end') stream.b.close();
  else {
    // its file keeps the descriptor open, and must not go on with it
    await stream.file.close();
    stream.a.close();
  }
}

test.each([
  ['TCP', tcpPair],
  ['unix', () => socketpair()],
] as const)('nothing is lost and nothing is left: %s', async (_, open) => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
      const stream = new Stream(open);
      for (const each of actions) await perform(stream, each);
      await stream.drain();
    }),
    { numRuns: 150 },
  );
});
