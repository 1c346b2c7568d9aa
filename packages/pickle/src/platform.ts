/** Objects that only Node's own code can send: ports, keys, blobs, streams. */
import { types } from 'node:util';
import { MessagePort } from 'node:worker_threads';

/** Whether such an object is cloned, or can only be given away; `undefined` for any other object. */
export function platformCrossing(value: object): 'cloned' | 'moves' | undefined {
  if (value instanceof MessagePort) return 'moves';
  if (types.isKeyObject(value) || types.isCryptoKey(value)) return 'cloned';
  if (value instanceof AbortSignal) return undefined; // Node moves only those made for it
  const symbols = new Set<string | undefined>();
  for (let prototype = value; prototype; prototype = Object.getPrototypeOf(prototype) as object)
    for (const { description } of Object.getOwnPropertySymbols(prototype)) symbols.add(description);
  if (symbols.has('messaging_clone_symbol')) return 'cloned';
  return symbols.has('messaging_transfer_symbol') ? 'moves' : undefined;
}
