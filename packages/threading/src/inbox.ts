/**
 * How outcomes reach the owner of pools, in each thread that has some. A word in memory that it shares with their members says what the
 * owner does:
 *
 *     AWAKE    it looks by itself: after a task was given out, at once and in each turn of the event loop for a moment
 *     IN LOOP  the event loop sleeps: a message wakes it
 *     DOZING   the same, after many outcomes came at once: it looks again in a millisecond, or when a thread has run out of work
 *     BLOCKED  it waits in a blocking call: a notification of the word wakes it
 *
 * Whoever wakes it sets it AWAKE first, so that a batch of outcomes costs one wake-up.
 */
import { keepAlive } from './keep-alive.ts';
import { Patience } from './patience.ts';
import { notify, park } from './realm.ts';

/** What a member needs to wake its owner. */
export interface Caller {
  /** The word that says what the owner does. */
  readonly bell: Int32Array;
  /** Wakes the owner's event loop. */
  knock(): void;
}

/** A pool that has tasks under way. */
export interface Source {
  readonly bell: Int32Array;
  /** Takes what has come. Comes back: how many outcomes. */
  drain(blocked: boolean): number;
  /** Looks whether its members are still there, while the event loop stands still. */
  inspect(): void;
}

const AWAKE = 0;
const IN_LOOP = 1;
const BLOCKED = 2;
const DOZING = 3;

/** How long the owner looks for an outcome at most before it sleeps or the event loop has a turn, in milliseconds: what those cost. */
const GLANCE = 0.02;
/** How long the owner may go on so without a turn of the event loop, in milliseconds. */
const LONGEST_STAND = 1;
/** How long the event loop keeps turning for an outcome at most, in milliseconds: what waking it costs. */
const MOMENT = 0.05;
/** So many outcomes from one sleep to the next are a flood, which is not worth a wake-up each. */
const FLOOD = 32;
/** How long the owner dozes, in milliseconds. */
const DOZE = 1;
/** The longest sleep of a blocking call before it looks whether all members are still there, in milliseconds. */
const INSPECTION = 100;
/** The same where several bells may ring, of which one can be listened to. */
const SEVERAL_BELLS = 1;

/** The bell of all pools of threads that this thread has. */
export const threadBell: Int32Array = new Int32Array(new SharedArrayBuffer(4));

/** What the owner does, as all bells of its sources say, unless a member has woken it since. */
let state = 0;
const sources = new Set<Source>();
/** Whether it is AWAKE, and a look is scheduled. */
let looking = false;
let lastNews = 0;
let lastTurn = 0;
let looked = false;
/** Outcomes since the event loop last slept. */
let outcomes = 0;
const patience = new Patience(MOMENT);

/** Wakes the owner from one of its members, if it sleeps. */
export function wakeOwner(caller: Caller): void {
  const { bell } = caller;
  if (Atomics.compareExchange(bell, 0, IN_LOOP, AWAKE) === IN_LOOP) caller.knock();
  else if (Atomics.compareExchange(bell, 0, BLOCKED, AWAKE) === BLOCKED) notify(bell, 0);
}

/** The same for a member that has no work left. */
export function wakeDozingOwner(caller: Caller): void {
  if (Atomics.compareExchange(caller.bell, 0, DOZING, AWAKE) === DOZING) caller.knock();
}

/** This pool has given out a task: outcomes will come. The program stays alive for them. */
export function expect(source: Source): void {
  if (!sources.has(source)) {
    sources.add(source);
    Atomics.store(source.bell, 0, state);
    keepAlive(1);
  }
  keepLooking();
}

/** This pool expects nothing more. */
export function expectNothing(source: Source): void {
  if (sources.delete(source)) keepAlive(-1);
}

/** Takes what has come, after a message has woken the event loop. */
export function hear(): void {
  try {
    drainAll(false);
  } finally {
    keepLooking();
  }
}

/** Blocks this thread, while outcomes are taken, until the condition holds. Comes back: false after the deadline. */
export function blockUntil(condition: () => boolean, deadline: number): boolean {
  try {
    for (;;) {
      drainAll(true);
      if (condition()) return true;
      if (patience.limit > 0 && drainSoon(true)) continue;
      patience.disappointed();
      show(BLOCKED);
      // what came before that was shown woke nobody
      if (drainAll(true)) continue;
      listen(deadline);
      if (performance.now() >= deadline) {
        drainAll(true);
        return condition();
      }
      for (const source of sources) source.inspect();
    }
  } finally {
    show(AWAKE);
    if (sources.size > 0) keepLooking();
  }
}

/** Tells all members what the owner does. */
function show(what: number): void {
  state = what;
  Atomics.store(threadBell, 0, what);
  for (const { bell } of sources) if (bell !== threadBell) Atomics.store(bell, 0, what);
}

/** Blocks until a bell rings, or for a moment. */
function listen(deadline: number): void {
  let heard: Int32Array | undefined;
  let longest = INSPECTION;
  for (const { bell } of sources) {
    if (heard !== undefined && heard !== bell) longest = SEVERAL_BELLS;
    heard = bell;
  }
  park(heard ?? threadBell, 0, BLOCKED, Math.min(deadline, performance.now() + longest));
}

function drainAll(blocked: boolean): boolean {
  let news = 0;
  for (const source of sources) news += source.drain(blocked);
  outcomes += news;
  return news > 0;
}

function keepLooking(): void {
  lastNews = performance.now();
  if (looking || sources.size === 0) return;
  if (patience.limit === 0) {
    patience.disappointed();
    return sleep();
  }
  looking = true;
  show(AWAKE);
  if (lastNews - lastTurn > LONGEST_STAND) setImmediate(turn);
  else process.nextTick(glance);
}

/** Looks for the outcome of a tiny task, which is there before the event loop could have a turn. */
function glance(): void {
  try {
    if (sources.size > 0) looked = !drainSoon(false);
  } finally {
    // whatever is raised here: others wait for the look that is scheduled
    if (sources.size === 0) looking = false;
    else setImmediate(turn);
  }
}

/** Takes what comes in a moment, while this thread does nothing else. */
function drainSoon(blocked: boolean): boolean {
  const end = performance.now() + GLANCE;
  do {
    if (!drainAll(blocked)) continue;
    patience.rewarded();
    return true;
  } while (performance.now() < end);
  return false;
}

function turn(): void {
  try {
    look();
  } catch (error) {
    looking = true;
    show(AWAKE);
    setImmediate(turn);
    throw error;
  }
}

function look(): void {
  const now = (lastTurn = performance.now());
  if (drainAll(false)) {
    lastNews = now;
    if (looked) patience.rewarded();
    looked = false;
  } else if (now - lastNews > patience.limit) {
    if (sources.size > 0) patience.disappointed();
    looking = false;
    looked = false;
    if (sources.size > 0) sleep();
    return;
  } else looked = true;
  if (sources.size === 0) looking = false;
  else setImmediate(turn);
}

function sleep(): void {
  const flood = outcomes >= FLOOD;
  outcomes = 0;
  show(flood ? DOZING : IN_LOOP);
  // what came before that was shown woke nobody
  if (drainAll(false)) keepLooking();
  else if (flood) setTimeout(wakeUp, DOZE);
}

/** After dozing, unless a member has woken it before. */
function wakeUp(): void {
  if (state === DOZING) hear();
}
