/** https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Queue */
import { importable } from '@p8/pickle';
import type { QueueOptions, QueueSyncOptions, WaitOptions } from '@p8/threading';
import { BaseProxy } from '../base-proxy.ts';
import { defineCalls } from '../remote.ts';
import type { Remote } from '../remote.ts';
import type { Keywords } from '../wire.ts';

export interface QueueMethods<T> {
  /** Puts an item if there is room. Raises Full. */
  putNowait(item: T): void;
  /** Takes an item if there is one. Raises Empty. */
  getNowait(): T;
  qsize(): number;
  empty(): boolean;
  full(): boolean;
  /** The work on an item is done. Raises ValueError if it is said more often than items were put. */
  taskDone(): void;
  /** Ends it: putting raises ShutDown, and so does getting when it is empty. With `immediate` it is emptied now. Python 3.13 */
  shutdown(immediate?: boolean): void;
}

// the methods are defined below, from their names
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface QueueProxy<T = unknown> extends Remote<QueueMethods<T>> {}

/** A queue, whose work can be waited for. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class QueueProxy<T = unknown> extends BaseProxy {
  static readonly exposed: readonly string[] = [
    'empty',
    'full',
    'get',
    'get_nowait',
    'join',
    'put',
    'put_nowait',
    'qsize',
    'shutdown',
    'task_done',
  ];

  /** Puts an item, and waits for room. Raises Full after the time, or at once with `block: false`. */
  async put(item: T, { block = true, timeout = null, signal }: QueueOptions = {}): Promise<void> {
    await this.callMethod('put', [item, block, timeout], undefined, { signal });
  }

  putSync(item: T, { block = true, timeout = null }: QueueSyncOptions = {}): void {
    this.callMethodSync('put', [item, block, timeout]);
  }

  /** Takes the first item, and waits for one. Raises Empty after the time, or at once with `block: false`. */
  async get({ block = true, timeout = null, signal }: QueueOptions = {}): Promise<T> {
    return (await this.callMethod('get', [block, timeout], undefined, { signal })) as T;
  }

  getSync({ block = true, timeout = null }: QueueSyncOptions = {}): T {
    return this.callMethodSync('get', [block, timeout]) as T;
  }

  /** Waits until the work on all items is done. */
  async join(options: Pick<WaitOptions, 'signal'> = {}): Promise<void> {
    await this.callMethod('join', [], undefined, options);
  }

  joinSync(): void {
    this.callMethodSync('join');
  }

  /** Python has no class for it. */
  protected override pythonKeywords(): Keywords {
    return { exposed: QueueProxy.exposed };
  }
}

defineCalls<QueueMethods<unknown>>(QueueProxy, {
  putNowait: 'put_nowait',
  getNowait: 'get_nowait',
  qsize: 'qsize',
  empty: 'empty',
  full: 'full',
  taskDone: 'task_done',
  shutdown: 'shutdown',
});

importable(import.meta, { QueueProxy });
