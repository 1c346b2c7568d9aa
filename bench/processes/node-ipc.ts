/** A child of `child_process.fork`: sends so many messages of so many bytes as fast as its parent takes them. */
const [size, times] = process.argv.slice(2).map(Number) as [number, number];
const message = size < 1000 ? 'x'.repeat(size) : Buffer.alloc(size);
/** Between two waits: a queue of Node's own would grow without end. */
const AT_ONCE = size < 1000 ? 100 : 1;

for (let i = 1; i <= times; i++) {
  if (i % AT_ONCE === 0) await new Promise((resolve) => process.send!(message, resolve));
  else process.send!(message);
}
process.disconnect();
