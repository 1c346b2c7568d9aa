import { afterAll } from 'vitest';
import { Lock } from '@p8/multiprocessing';
import { lockSuite } from './locks/lock-suite.ts';
import type { LockSubject } from './locks/lock-suite.ts';
import { endPeers, processActors } from './locks/process-actor.ts';

const lock = { ownedByHolder: false, reentrant: false, releasedFree: /release unlocked lock/ };

const subjects: readonly LockSubject[] = [{ name: 'Lock', create: () => new Lock(), ...lock }];

for (const subject of subjects) lockSuite(subject, processActors);

afterAll(endPeers);
