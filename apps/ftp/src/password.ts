/** Passwords as scrypt hashes (RFC 7914): `scrypt$N$r$p$salt$hash`, the last two in base64url. */
import { ValueError } from '@p8/errors';
import { type ScryptOptions, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** What a new hash costs: 16 MiB and some 50 ms. A users file may hold hashes of other costs. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}
export const DEFAULT_COST: ScryptCost = { N: 16_384, r: 8, p: 1 };

const KEY_LENGTH = 32;
/** A users file must not be able to ask for more memory than this (128·N·r bytes). */
const MAXIMUM_MEMORY = 512 * 1024 * 1024;
/** Hashes at once: libuv's pool has four threads, and files must not wait behind a crowd that logs in. */
const MAXIMUM_HASHES = 2;

interface Parsed extends ScryptCost {
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** Hashes a password with a fresh salt. */
export async function hashPassword(password: Uint8Array, cost: ScryptCost = DEFAULT_COST): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost, KEY_LENGTH);
  return `scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** Whether the password is the hashed one. Takes the same time for every password. Raises ValueError for no hash. */
export async function verifyPassword(password: Uint8Array, hash: string): Promise<boolean> {
  const { salt, key, ...cost } = parseHash(hash);
  return timingSafeEqual(await derive(password, salt, cost, key.length), key);
}

/** Checks a hash without a password. Raises ValueError that says what is wrong with it. */
export function parseHash(hash: string): Parsed {
  const match = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]{8,})\$([\w-]{22,})$/.exec(hash);
  if (match === null)
    throw new ValueError('the password must be a hash, scrypt$N$r$p$salt$hash; p8-ftp passwd makes it');
  const [N, r, p] = match.slice(1, 4).map(Number) as [number, number, number];
  if (N < 2 || (N & (N - 1)) !== 0 || r < 1 || p < 1 || p > 64 || 128 * N * r > MAXIMUM_MEMORY)
    throw new ValueError(`scrypt cannot have N=${N}, r=${r}, p=${p}; p8-ftp passwd chooses N=16384, r=8, p=1`);
  return {
    N,
    r,
    p,
    salt: Buffer.from(match[4] as string, 'base64url'),
    key: Buffer.from(match[5] as string, 'base64url'),
  };
}

let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: Uint8Array, salt: Buffer, cost: ScryptCost, length: number): Promise<Buffer> {
  // a slot is handed over, never freed and taken again: no newcomer can slip in between
  if (running < MAXIMUM_HASHES) running++;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  const options: ScryptOptions = { ...cost, maxmem: 128 * cost.N * cost.r * 2 };
  try {
    return await new Promise((resolve, reject) => {
      scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
    });
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}
