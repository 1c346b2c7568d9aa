/** How values cross to processes of pools: as the bytes and descriptors that connections send. */
import type { Carrier } from '@p8/threading/engine';
import { cloneCodec } from '../connection/codec.ts';
import { closeAll } from '../connection/letter.ts';
import type { Message } from '../connection/letter.ts';

export const processCarrier: Carrier = {
  dump(value, name) {
    const letter = cloneCodec.encode(value, name);
    return {
      data: letter.bytes,
      transfer: [],
      descriptors: letter.descriptors,
      sent: () => letter.sent(),
      failed: () => letter.failed(),
    };
  },
  async load(data) {
    const { bytes, descriptors } = data as Message;
    try {
      return await cloneCodec.decode(bytes, descriptors);
    } finally {
      closeAll(descriptors);
    }
  },
  loadSync(data) {
    const { bytes, descriptors } = data as Message;
    try {
      return cloneCodec.decodeSync(bytes, descriptors);
    } finally {
      closeAll(descriptors);
    }
  },
};
