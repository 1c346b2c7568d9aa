/** A module that only the program itself can load. */
import { isMainThread } from 'node:worker_threads';
import { parentProcess } from '@p8/multiprocessing';
import { StreamRequestHandler } from '../src/index.ts';

if (!isMainThread || parentProcess() !== null) throw new Error('this module is for the main program only');

export class Homebody extends StreamRequestHandler {}
