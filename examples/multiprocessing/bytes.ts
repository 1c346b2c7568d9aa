import { BufferTooShort, Pipe } from '@p8/multiprocessing';

const [reader, writer] = Pipe(false);
await writer.sendBytes('a long message', 2, 4);
console.log(String(await reader.recvBytes()));

await writer.sendBytes('a long message');
const memory = new Uint8Array(8);
try {
  await reader.recvBytesInto(memory);
} catch (error) {
  if (error instanceof BufferTooShort) console.log(error.message, String(error.received));
}
reader.close();
writer.close();
