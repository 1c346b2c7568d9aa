export { constants } from './constants.ts';
export type { Constants } from './constants.ts';
export { otherConstants, requiredConstants, socketConstants } from './constant-names.ts';
export { syscalls } from './load.ts';
export { SOCKADDR_SIZE } from './syscalls.ts';
export type { Syscalls } from './syscalls.ts';
export * as memory from './reactor-memory.ts';
