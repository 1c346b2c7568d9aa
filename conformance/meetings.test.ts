import { afterAll, describe } from 'vitest';
import * as multiprocessing from '@p8/multiprocessing';
import * as threading from '@p8/threading';
import { threadActors } from './locks/actor.ts';
import { meetingSuite } from './locks/meeting-suite.ts';
import type { MeetingSubjects } from './locks/meeting-suite.ts';
import { endPeers, processActors } from './locks/process-actor.ts';

function subjects({ Event, Condition, Barrier }: typeof multiprocessing | typeof threading): MeetingSubjects {
  return {
    createEvent: () => new Event(),
    createCondition: () => new Condition(),
    createBarrier: (parties) => new Barrier(parties),
  };
}

describe('of threads', () => meetingSuite(subjects(threading), threadActors));
describe('of processes', () => meetingSuite(subjects(multiprocessing), processActors));

afterAll(endPeers);
