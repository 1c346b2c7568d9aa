/** Makes three pieces of shared memory, unlinks one, and prints their names; then it ends, or waits to be ended. */
import { SharedMemory } from '../src/index.ts';

const kept = [1, 2, 3].map((size) => new SharedMemory({ create: true, size }));
kept[1]?.unlink();
console.log(kept.map(({ name }) => name).join(' '));
if (process.argv[2] === 'end') process.exit(0);
else setInterval(() => {}, 1000);
