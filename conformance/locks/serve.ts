/** What an actor does, wherever it is: one call after another, all in one task, as an RLock sees it. */
import { on } from 'node:events';
import type { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';

export interface Call {
  readonly id: number;
  readonly object: unknown;
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: unknown;
}

export async function serve(
  calls: EventEmitter | MessagePort,
  receive: (value: unknown) => unknown,
  answer: (answer: Answer) => void,
): Promise<void> {
  for await (const [call] of on(calls as EventEmitter, 'message') as AsyncIterable<[Call]>) {
    const target = receive(call.object) as Record<string, (...args: unknown[]) => unknown>;
    try {
      answer({ id: call.id, value: await target[call.method]?.(...call.args.map(receive)) });
    } catch (error) {
      answer({ id: call.id, error });
    }
  }
}
