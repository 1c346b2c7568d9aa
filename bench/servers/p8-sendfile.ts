/** `@p8/socket`, `await sendfile`. */
import { open } from 'node:fs/promises';
import { type InternetAddress, createServer } from '@p8/socket';
import { announce, path } from './announce.ts';

const file = await open(path!);
const listener = createServer(['127.0.0.1', 0]);
announce((listener.getsockname() as InternetAddress)[1]);
for (;;) {
  using connection = (await listener.accept())[0];
  await connection.sendfile(file).catch(() => {});
}
