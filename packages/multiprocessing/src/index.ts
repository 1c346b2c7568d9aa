// Processes
export { Process, activeChildren } from './process/process.ts';
export type { ProcessOptions, ProcessTraits } from './process/process.ts';
export { cpuCount, currentProcess, parentProcess } from './process/current.ts';
export type { CurrentProcess, ParentProcess } from './process/current.ts';
export { getAllStartMethods, getStartMethod, setExecutable, setStartMethod } from './process/start-method.ts';
export type { StartMethod } from './process/job.ts';
export { getContext } from './process/context.ts';
export type { Context } from './process/context.ts';

// Locks: shared by code that awaits and code that blocks, in all processes
export { Lock } from './sync/lock.ts';
export { OwnerDiedError } from '@p8/threading';

// Memory that processes share
export { SharedMemory } from './memory/shared-memory.ts';
export type { SharedMemoryOptions } from './memory/shared-memory.ts';
export { ShareableList } from './memory/shareable-list.ts';
export type { Shareable, ShareableListOptions } from './memory/shareable-list.ts';

// Connections: messages between two programs, or two parts of one
export { Connection } from './connection/connection.ts';
export type { ConnectionOptions } from './connection/connection.ts';
export { Pipe } from './connection/pipe.ts';
export type { PipeOptions } from './connection/pipe.ts';
export { Client, ClientSync } from './connection/client.ts';
export type { ClientOptions, ClientSyncOptions } from './connection/client.ts';
export { Listener } from './connection/listener.ts';
export type { ListenerOptions } from './connection/listener.ts';
export type { ConnectionAddress, Family } from './connection/address.ts';

// The first of several
export { wait, waitSync } from './wait.ts';
export type { Waitable } from './wait.ts';

// What objects are sent with
export { cloneCodec } from './connection/codec.ts';
export { pickleCodec } from './connection/pickle-codec.ts';
export type { Codec } from './connection/codec.ts';

// Proving a key
export {
  answerChallenge,
  answerChallengeSync,
  deliverChallenge,
  deliverChallengeSync,
} from './connection/handshake.ts';
export type { HandshakeOptions } from './connection/handshake.ts';
export type { Digest } from './connection/digest.ts';

// Descriptors on a connection
export { recvHandle, recvHandleSync, sendHandle, sendHandleSync } from './connection/handles.ts';

// Errors
export { AuthenticationError, BufferTooShort, ProcessError } from './process-errors.ts';
export { TimeoutError } from '@p8/errors';

// What other modules of a program with processes need
export { isMain, reduce } from '@p8/pickle';
