/** The golden case of managers. */
import { Manager } from '@p8/multiprocessing';
import type { ListProxy } from '@p8/multiprocessing';
import { call, exc } from './observing.ts';
import type { Form } from './observing.ts';

export async function M09(form: Form): Promise<Record<string, unknown>> {
  const on = <T>(target: object, method: string, ...args: readonly unknown[]): Promise<T> =>
    call(form, target, method, ...args);
  const nameOf = async (body: () => unknown) => ((await exc(body)) as { readonly class: string } | null)?.class;
  const manager = await Manager();
  const d = await manager.dict<string>();
  await on(d, 'set', 'l', [1]);
  (await on<number[]>(d, 'get', 'l')).push(2);
  const seen: Record<string, unknown> = { 'nested plain list not propagated': await on(d, 'get', 'l') };
  const inner = await manager.list([1] as unknown[]);
  await on(d, 'set', 'p', inner);
  await on(await on<ListProxy>(d, 'get', 'p'), 'append', 2);
  seen['nested proxy propagated'] = await on(inner, 'copy');
  seen['KeyError'] = await exc(() => on(d, 'getItem', 'zz'));
  seen['no method'] = await nameOf(() => (d as unknown as { nosuch(): void }).nosuch());
  seen['_callmethod private'] = await nameOf(() => on(d, 'callMethod', '__class__'));
  seen['str vs repr'] = [await on(inner, 'referentString'), String(inner).split(',')[0]];
  const q = await manager.Queue();
  seen['Empty'] = await nameOf(() => on(q, 'getNowait'));
  const ns = await manager.Namespace();
  await on(ns, 'set', 'x', 1);
  seen['ns'] = [await on(ns, 'get', 'x'), await nameOf(() => on(ns, 'get', 'y'))];
  const v = await manager.Value('i', 3);
  seen['value'] = await on(v, 'get');
  const l = await manager.Lock();
  seen['lock release'] = await exc(() => on(l, 'release'));
  seen['unpicklable'] = await nameOf(() => on(inner, 'append', () => 1));
  await on(manager, 'shutdown');
  seen['after shutdown'] = await nameOf(() => on(inner, 'append', 1));
  seen['start twice'] = await exc(() => on(manager, 'start'));
  return seen;
}
