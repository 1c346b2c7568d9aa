/**
 * The handshake of a connection, in both directions: the listener challenges first, then the client.
 *
 *     challenger ── #CHALLENGE# + random ──▶ answerer
 *                ◀── HMAC ──
 *                ── #WELCOME# or #FAILURE# ──▶
 *
 * Each half is a generator of what it sends and waits for, so that one text serves promises and blocking calls.
 */
import { ValueError } from '@p8/errors';
import { AuthenticationError } from '../process-errors.ts';
import type { Connection } from './connection.ts';
import { answerTo, isDigest, isProof, newChallenge } from './digest.ts';
import type { Digest } from './digest.ts';
import { deadlineOf, secondsLeft } from './limits.ts';
import type { BlockOptions, Seconds } from './limits.ts';
import type { WaitOptions } from '@p8/threading';

const CHALLENGE = Buffer.from('#CHALLENGE#');
const WELCOME = Buffer.from('#WELCOME#');
const FAILURE = Buffer.from('#FAILURE#');
/** The longest message of a handshake. */
const LONGEST = 256;
/** How long a handshake may take unless told otherwise: the other side may be silent for ever. */
export const HANDSHAKE_TIMEOUT: Seconds = 20;

/** How the key is proved. */
export interface HandshakeOptions {
  /** The digest that is asked for. Default: sha256. CPython before 3.12 answers with MD5 whatever is asked. */
  readonly digest?: Digest | undefined;
  /** The weakest digest that is given and taken. Default: md5, which CPython before 3.12 needs; anything stronger refuses it. */
  readonly minDigest?: Digest | undefined;
}

/** The bytes of a key. Raises TypeError for a text, whose bytes nobody has agreed upon. */
export function keyOf(authkey: Uint8Array): Uint8Array {
  if (authkey instanceof Uint8Array) return authkey;
  throw new TypeError('authkey should be a byte string: Buffer.from(text)');
}

export type Connected = Connection<unknown, unknown>;

/** The challenger's half: raises AuthenticationError where the other side does not prove the key. Waits for its answer. */
export function deliverChallenge(
  connection: Connected,
  authkey: Uint8Array,
  options: HandshakeOptions & WaitOptions = {},
): Promise<void> {
  return carryOut(connection, challenging(keyOf(authkey), options), options);
}

export function deliverChallengeSync(
  connection: Connected,
  authkey: Uint8Array,
  options: HandshakeOptions & BlockOptions = {},
): void {
  carryOutSync(connection, challenging(keyOf(authkey), options), options);
}

/** The answerer's half: raises AuthenticationError where the key is not taken. Waits for the challenge and the judgement. */
export function answerChallenge(
  connection: Connected,
  authkey: Uint8Array,
  options: HandshakeOptions & WaitOptions = {},
): Promise<void> {
  return carryOut(connection, answering(keyOf(authkey), options), options);
}

export function answerChallengeSync(
  connection: Connected,
  authkey: Uint8Array,
  options: HandshakeOptions & BlockOptions = {},
): void {
  carryOutSync(connection, answering(keyOf(authkey), options), options);
}

/** What is sent; undefined: a message is waited for, which comes back. */
type Exchange = Generator<Uint8Array | undefined, void, Buffer>;

function* challenging(key: Uint8Array, options: HandshakeOptions): Exchange {
  const challenge = newChallenge(checked(options.digest ?? 'sha256'));
  yield Buffer.concat([CHALLENGE, challenge]);
  const answer = yield undefined;
  if (isProof(answer, challenge, key, checked(options.minDigest ?? 'md5'))) {
    yield WELCOME;
    return;
  }
  yield FAILURE;
  throw new AuthenticationError('digest received was wrong');
}

function* answering(key: Uint8Array, options: HandshakeOptions): Exchange {
  const message = yield undefined;
  if (!message.subarray(0, CHALLENGE.length).equals(CHALLENGE))
    throw new AuthenticationError('Protocol error, expected challenge');
  yield answerTo(message.subarray(CHALLENGE.length), key, checked(options.minDigest ?? 'md5'));
  const judgement = yield undefined;
  if (!judgement.equals(WELCOME)) throw new AuthenticationError('digest sent was rejected');
}

function checked(digest: Digest): Digest {
  if (isDigest(digest)) return digest;
  throw new ValueError(`digest must be md5, sha256, sha384, sha3_256 or sha3_384, not ${String(digest)}`);
}

async function carryOut(connection: Connected, exchange: Exchange, options: WaitOptions): Promise<void> {
  const deadline = deadlineOf(options.timeout === undefined ? HANDSHAKE_TIMEOUT : options.timeout);
  let step = exchange.next();
  while (!step.done) {
    const limits = { timeout: secondsLeft(deadline, 'handshake'), signal: options.signal };
    if (step.value === undefined) step = exchange.next(await connection.recvBytes(LONGEST, limits));
    else {
      await connection.sendBytes(step.value, 0, undefined, limits);
      step = exchange.next(NOTHING);
    }
  }
}

function carryOutSync(connection: Connected, exchange: Exchange, options: BlockOptions): void {
  const deadline = deadlineOf(options.timeout === undefined ? HANDSHAKE_TIMEOUT : options.timeout);
  let step = exchange.next();
  while (!step.done) {
    const limits = { timeout: secondsLeft(deadline, 'handshake') };
    if (step.value === undefined) step = exchange.next(connection.recvBytesSync(LONGEST, limits));
    else {
      connection.sendBytesSync(step.value, 0, undefined, limits);
      step = exchange.next(NOTHING);
    }
  }
}

const NOTHING = Buffer.alloc(0);
