import { afterAll } from 'vitest';
import { JoinableQueue, Queue } from '@p8/multiprocessing';
import { endPeers, processActors } from './locks/process-actor.ts';
import { queueSuite } from './locks/queue-suite.ts';

const order = [111, 333, 222];

queueSuite({ name: 'Queue', create: (maxsize) => new Queue(maxsize), order }, processActors);
queueSuite({ name: 'JoinableQueue', create: (maxsize) => new JoinableQueue(maxsize), order }, processActors);

afterAll(endPeers);
