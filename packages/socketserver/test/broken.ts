/** A module that no thread can load. */
import { isMainThread } from 'node:worker_threads';
import { StreamRequestHandler } from '../src/index.ts';

if (!isMainThread) throw new Error('this module is for the main thread only');

export class Homebody extends StreamRequestHandler {}
