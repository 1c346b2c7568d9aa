/** https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Barrier */
import { importable } from '@p8/pickle';
import { PyGlobal } from '@p8/pickle/cpython';
import type { BlockOptions, WaitOptions } from '@p8/threading';
import { BaseProxy } from '../base-proxy.ts';
import { defineCalls } from '../remote.ts';
import type { Remote } from '../remote.ts';

export interface BarrierMethods {
  /** Breaks it: who waits, and who comes, gets BrokenBarrierError. */
  abort(): void;
  /** Makes it new; who waits gets BrokenBarrierError. */
  reset(): void;
  /** How many must come. */
  parties(): number;
  nWaiting(): number;
  broken(): boolean;
}

// the methods are defined below, from their names
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface BarrierProxy extends Remote<BarrierMethods> {}

/** Who goes away while he waits breaks it, as one does whose time is over: the others would wait for ever. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class BarrierProxy extends BaseProxy {
  static readonly exposed: readonly string[] = ['__getattribute__', 'wait', 'abort', 'reset'];

  /** Waits until all have come. Comes back: a number from 0 to parties - 1, different for each. Raises BrokenBarrierError. */
  async wait({ timeout = null, signal }: WaitOptions = {}): Promise<number> {
    return (await this.callMethod('wait', [timeout], undefined, { signal })) as number;
  }

  waitSync({ timeout = null }: BlockOptions = {}): number {
    return this.callMethodSync('wait', [timeout]) as number;
  }

  protected override pythonType(): PyGlobal {
    return new PyGlobal('multiprocessing.managers.BarrierProxy');
  }
}

function attribute(name: string) {
  return { method: '__getattribute__', args: () => [name] };
}

defineCalls<BarrierMethods>(BarrierProxy, {
  abort: 'abort',
  reset: 'reset',
  parties: attribute('parties'),
  nWaiting: attribute('n_waiting'),
  broken: attribute('broken'),
});

importable(import.meta, { BarrierProxy });
