import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { except, handle, ValueError } from '@p8/errors';
import { dump, isMain, load, raisedIn } from '@p8/pickle';

export class BadPort extends ValueError {
  readonly port: number;

  constructor(port: number) {
    super(`${port} is not a port`);
    this.port = port;
  }
}

export function check(ports: Set<number>) {
  for (const port of ports) if (port > 65535) throw new BadPort(port);
  return ports.size;
}

async function call(worker: Worker, target: Function, ...args: unknown[]) {
  const parcel = dump([target, ...args], 'call');
  worker.postMessage(parcel.data, parcel.transfer);
  parcel.sent();
  const [data] = await once(worker, 'message');
  const answer = (await load(data)) as { value: unknown } | { error: unknown };
  if ('error' in answer) throw raisedIn(answer.error, 'the worker');
  return answer.value;
}

if (isMain(import.meta)) {
  const worker = new Worker(new URL('caller.ts', import.meta.url));
  console.log(await call(worker, check, new Set([80, 443])));
  try {
    await call(worker, check, new Set([80, 443443]));
  } catch (error) {
    handle(
      error,
      except(BadPort, ({ message, port }) => console.log(message, port)),
    );
  }
  await worker.terminate();
}
