/** Serves one client of its own, and neither closes its server nor says that it is over. */
import { isMain } from '@p8/threading';
import { ForkingTCPServer, ThreadingTCPServer } from '../src/index.ts';
import { answer, anyPort } from './crew.ts';
import { UpperLines } from './handlers.ts';

if (isMain(import.meta)) {
  const server = new (process.argv[2] === 'ThreadingMixIn' ? ThreadingTCPServer : ForkingTCPServer)(
    anyPort,
    UpperLines,
  );
  const handled = server.handleRequest();
  console.log((await answer(server.serverAddress, 'hello')).trim());
  await handled;
}
