import { readFileSync } from 'node:fs';
import { KeyError } from '@p8/errors';
import { dump, load } from '@p8/pickle';

const value = { read: readFileSync, error: new KeyError('name'), bytes: Buffer.from('abc') };
const { data } = dump(value);
const copy = (await load(structuredClone(data))) as typeof value;
console.log(copy.read === readFileSync, copy.error instanceof KeyError, copy.error.key, copy.bytes);
