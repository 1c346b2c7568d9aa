/** Calls of a dict of a manager, one after the other: `calls.ts blocking|promise|together get|set SECONDS`; prints calls a second. */
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

async function main([way = 'blocking', name = 'get', seconds = '1']: readonly string[]): Promise<number> {
  await using manager = await Manager();
  using shared = await manager.dict<number, string>();
  await shared.set(1, 'x');
  const call = ways[name]![way]!;
  const measure = async (milliseconds: number): Promise<number> => {
    let calls = 0;
    const begun = performance.now();
    while (performance.now() - begun < milliseconds) {
      await call(shared);
      calls += AT_ONCE;
    }
    return (calls * 1000) / (performance.now() - begun);
  };
  // compiled code, here and there
  await measure(Number(seconds) * 2000);
  return await measure(Number(seconds) * 1000);
}

if (isMain(import.meta)) console.log(await main(process.argv.slice(2)));
