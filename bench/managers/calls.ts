/** Calls of a dict of a manager, one after the other: `calls.ts blocking|promise|together SECONDS`; prints how many gets and sets a second. */
import { isMain, Manager } from '@p8/multiprocessing';
import type { DictProxy } from '@p8/multiprocessing';

type Shared = DictProxy<number, string>;

const AT_ONCE = 100;

/** A hundred calls. */
const ways: Readonly<Record<string, Readonly<Record<string, (shared: Shared) => unknown>>>> = {
  get: {
    blocking(shared) {
      for (let i = 0; i < AT_ONCE; i++) shared.getSync(1);
    },
    async promise(shared) {
      for (let i = 0; i < AT_ONCE; i++) await shared.get(1);
    },
    together: (shared) => Promise.all(Array.from({ length: AT_ONCE }, () => shared.get(1))),
  },
  set: {
    blocking(shared) {
      for (let i = 0; i < AT_ONCE; i++) shared.setSync(1, 'x');
    },
    async promise(shared) {
      for (let i = 0; i < AT_ONCE; i++) await shared.set(1, 'x');
    },
    together: (shared) => Promise.all(Array.from({ length: AT_ONCE }, () => shared.set(1, 'x'))),
  },
};

async function main([way = 'blocking', seconds = '1']: readonly string[]): Promise<string> {
  await using manager = await Manager();
  using shared = await manager.dict<number, string>();
  await shared.set(1, 'x');
  const measure = async (name: string, milliseconds: number): Promise<number> => {
    const call = ways[name]![way]!;
    let calls = 0;
    const begun = performance.now();
    while (performance.now() - begun < milliseconds) {
      await call(shared);
      calls += AT_ONCE;
    }
    return (calls * 1000) / (performance.now() - begun);
  };
  const milliseconds = Number(seconds) * 1000;
  // compiled code, here and there
  for (const name of ['get', 'set']) await measure(name, milliseconds);
  return `${await measure('get', milliseconds)} ${await measure('set', milliseconds)}`;
}

if (isMain(import.meta)) console.log(await main(process.argv.slice(2)));
