/** A server that Ctrl-C ends: `node interrupted.ts KIND`. It prints `ready` when it can be interrupted. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { attempt, except, Exception, interruptible, KeyboardInterrupt, SystemExit, ValueError } from '@p8/errors';

const kind = process.argv[2];
const server = createServer();
const serve = async (signal: AbortSignal) => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  console.log('ready');
  try {
    await once(server, 'close', { signal });
  } finally {
    server.close();
    console.log('closed');
  }
};

if (kind === 'own listener') process.on('SIGINT', () => console.log('mine'));
if (kind === 'exit handled') process.on('uncaughtException', (error) => console.log('handled', error.name));
if (kind === 'exit' || kind === 'exit handled') throw new SystemExit(3);
if (kind === 'exit with words') throw new SystemExit('no such file');
if (kind === 'exit caught')
  attempt(
    () => {
      throw new SystemExit(3);
    },
    except(SystemExit, () => console.log('caught')),
  );
else if (kind === 'deaf') await interruptible(() => serve(new AbortController().signal));
else if (kind === 'caught')
  await attempt(
    () => interruptible(serve),
    except(KeyboardInterrupt, () => console.log('bye')),
  );
else if (kind === 'returns') await interruptible((signal) => serve(signal).catch(() => console.log('swallowed')));
else if (kind === 'fails')
  await interruptible((signal) =>
    serve(signal).catch(() => {
      throw new ValueError('while closing');
    }),
  );
else
  await attempt(
    () => interruptible(serve),
    except(Exception, () => console.log('eaten')),
  );
