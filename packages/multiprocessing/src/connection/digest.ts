/**
 * What is proved in a handshake: both sides know the key, by an HMAC of a challenge. The words are CPython's, of before 3.12
 * (20 bytes, bare HMAC-MD5) and since (the digest named in front).
 *
 * https://github.com/python/cpython/blob/3.13/Lib/multiprocessing/connection.py (Authentication stuff) · RFC 2104
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { AuthenticationError } from '../process-errors.ts';

/** The digests that may be named. */
export type Digest = 'md5' | 'sha256' | 'sha384' | 'sha3_256' | 'sha3_384';

/** The bits of each. */
const strength: Readonly<Record<Digest, number>> = { md5: 128, sha256: 256, sha3_256: 256, sha384: 384, sha3_384: 384 };
const MD5_LENGTH = 16;
const LEGACY_LENGTH = 20;
const RANDOM_LENGTH = 40;

export function isDigest(name: unknown): name is Digest {
  return typeof name === 'string' && Object.hasOwn(strength, name);
}

/** A fresh challenge, which asks for this digest. */
export function newChallenge(digest: Digest): Buffer {
  return Buffer.concat([Buffer.from(`{${digest}}`), randomBytes(RANDOM_LENGTH)]);
}

/** The answer to a challenge. Raises AuthenticationError where it asks for a weaker digest than `least`, or for none we know. */
export function answerTo(challenge: Buffer, key: Uint8Array, least: Digest): Buffer {
  if (challenge.length === LEGACY_LENGTH) {
    checkStrength('md5', least);
    return hmac('md5', key, challenge);
  }
  const [digest] = named(challenge);
  if (digest === undefined) throw new AuthenticationError('the challenge names no digest that is known here');
  checkStrength(digest, least);
  return Buffer.concat([Buffer.from(`{${digest}}`), hmac(digest, key, challenge)]);
}

/** Whether the answer proves the key. An answer without a name is HMAC-MD5, as CPython before 3.12 gives it. */
export function isProof(answer: Buffer, challenge: Buffer, key: Uint8Array, least: Digest): boolean {
  const bare = answer.length === MD5_LENGTH || answer.length === LEGACY_LENGTH;
  const [digest, proof] = bare ? (['md5', answer] as const) : named(answer);
  if (digest === undefined || strength[digest] < strength[least]) return false;
  const expected = hmac(digest, key, challenge);
  return proof.length === expected.length && timingSafeEqual(proof, expected);
}

function named(message: Buffer): readonly [digest: Digest | undefined, rest: Buffer] {
  const end = message[0] === '{'.charCodeAt(0) ? message.subarray(0, LEGACY_LENGTH).indexOf('}') : -1;
  const name = message.toString('latin1', 1, Math.max(1, end));
  return isDigest(name) ? [name, message.subarray(end + 1)] : [undefined, message];
}

function checkStrength(digest: Digest, least: Digest): void {
  if (strength[digest] >= strength[least]) return;
  throw new AuthenticationError(`the other side asks for ${digest}, and minDigest is ${least}`);
}

function hmac(digest: Digest, key: Uint8Array, message: Uint8Array): Buffer {
  return createHmac(digest.replace('_', '-'), key).update(message).digest();
}
