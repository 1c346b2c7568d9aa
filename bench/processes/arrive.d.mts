import type { Connection } from '@p8/multiprocessing';

export function arrive(connection: Connection): void;
