import { LifoQueue, PriorityQueue, Queue } from '@p8/threading';
import { threadActors } from './locks/actor.ts';
import { queueSuite } from './locks/queue-suite.ts';

queueSuite({ name: 'Queue', create: (maxsize) => new Queue(maxsize), order: [111, 333, 222] }, threadActors);
queueSuite({ name: 'LifoQueue', create: (maxsize) => new LifoQueue(maxsize), order: [222, 333, 111] }, threadActors);
queueSuite(
  { name: 'PriorityQueue', create: (maxsize) => new PriorityQueue(maxsize), order: [111, 222, 333] },
  threadActors,
);
