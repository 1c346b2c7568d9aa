/** https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Event */
import { importable } from '@p8/pickle';
import { PyGlobal } from '@p8/pickle/cpython';
import type { BlockOptions, WaitOptions } from '@p8/threading';
import { BaseProxy } from '../base-proxy.ts';
import { defineCalls } from '../remote.ts';
import type { Remote } from '../remote.ts';

export interface EventMethods {
  isSet(): boolean;
  set(): void;
  clear(): void;
}

// the methods are defined below, from their names
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface EventProxy extends Remote<EventMethods> {}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class EventProxy extends BaseProxy {
  static readonly exposed: readonly string[] = ['is_set', 'set', 'clear', 'wait'];

  /** Waits until it is set. Comes back: false after the time. */
  async wait({ timeout = null, signal }: WaitOptions = {}): Promise<boolean> {
    return (await this.callMethod('wait', [timeout], undefined, { signal })) as boolean;
  }

  waitSync({ timeout = null }: BlockOptions = {}): boolean {
    return this.callMethodSync('wait', [timeout]) as boolean;
  }

  protected override pythonType(): PyGlobal {
    return new PyGlobal('multiprocessing.managers.EventProxy');
  }
}

defineCalls<EventMethods>(EventProxy, { isSet: 'is_set', set: 'set', clear: 'clear' });

importable(import.meta, { EventProxy });
