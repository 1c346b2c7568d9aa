import { afterAll } from 'vitest';
import { BoundedSemaphore, Condition, Lock, RLock, Semaphore, Value } from '@p8/multiprocessing';
import { lockSuite } from './locks/lock-suite.ts';
import type { LockSubject } from './locks/lock-suite.ts';
import { endPeers, processActors } from './locks/process-actor.ts';

const rlock = { ownedByHolder: true, reentrant: true, releasedFree: /cannot release un-acquired lock/ };
const lock = { ownedByHolder: false, reentrant: false, releasedFree: /release unlocked lock/ };

const subjects: readonly LockSubject[] = [
  { name: 'Lock', create: () => new Lock(), ...lock },
  { name: 'RLock', create: () => new RLock(), ...rlock },
  { name: 'the lock of a Value', create: () => new Value('i').getLock(), ...rlock },
  { name: 'Condition', create: () => new Condition(), ...rlock },
  { name: 'Condition of a Lock', create: () => new Condition(new Lock()), ...lock },
  { name: 'Semaphore', create: () => new Semaphore(1), ownedByHolder: false, reentrant: false },
  {
    name: 'BoundedSemaphore',
    create: () => new BoundedSemaphore(1),
    ...lock,
    releasedFree: /Semaphore released too many times/,
  },
];

for (const subject of subjects) lockSuite(subject, processActors);

afterAll(endPeers);
