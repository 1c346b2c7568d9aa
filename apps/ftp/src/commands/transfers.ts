/** RETR, STOR, APPE, STOU, ABOR: the contents of files. */
import { FileExistsError } from '@p8/errors';
import type { Socket } from '@p8/socket';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { FromNetwork, ToNetwork } from '../ascii.ts';
import { formatPath, type Names, resolvePath } from '../path.ts';
import { type Reply, Refused, reply } from '../replies.ts';
import type { Session } from '../session.ts';
import type { Command } from './command.ts';

/** Large enough that a call costs little beside its bytes, small enough for hundreds of uploads at once. */
const BUFFER_SIZE = 128 * 1024;
const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } = constants;

const transfer = { needsLogin: true, argument: 'required', transfers: true } as const;

export const transferCommands: readonly Command[] = [
  { ...transfer, verb: 'RETR', syntax: 'RETR path', run: retrieve },
  { ...transfer, verb: 'STOR', syntax: 'STOR path', writes: true, run: store },
  { ...transfer, verb: 'APPE', syntax: 'APPE path', writes: true, run: append },
  { ...transfer, verb: 'STOU', syntax: 'STOU [path]', argument: 'optional', writes: true, run: storeUnique },
  { verb: 'ABOR', syntax: 'ABOR', needsLogin: false, argument: 'none', run: abort },
];

async function retrieve(session: Session, path: string, offset: number): Promise<Reply> {
  const names = resolvePath(session.folder, path);
  const file = await openPlace(session, names, O_RDONLY);
  try {
    const { size } = await file.stat();
    checkOffset(session, offset, size);
    const announcement = `Sending ${path} (${size - offset} bytes).`;
    return await session.runTransfer(`RETR ${formatPath(names)}`, announcement, (socket, progress) =>
      session.type === 'A' ? sendText(socket, file, progress) : sendBytes(socket, file, offset, progress),
    );
  } finally {
    await file.close();
  }
}

async function store(session: Session, path: string, offset: number): Promise<Reply> {
  const names = resolvePath(session.folder, path);
  const file = await openPlace(session, names, O_WRONLY | O_CREAT);
  try {
    const { size } = await file.stat();
    checkOffset(session, offset, size);
    // what is kept is what the client resumes after; old bytes behind the new end would belong to no version
    const body = async (socket: Socket, progress: Progress) => {
      await file.truncate(offset);
      await receive(session, socket, file, offset, progress);
    };
    return await session.runTransfer(`STOR ${formatPath(names)}`, `Ready for ${path}.`, body);
  } finally {
    await file.close();
  }
}

async function append(session: Session, path: string, offset: number): Promise<Reply> {
  if (offset > 0) return reply(554, 'REST and APPE do not go together: APPE writes at the end.');
  const names = resolvePath(session.folder, path);
  const file = await openPlace(session, names, O_WRONLY | O_CREAT | O_APPEND);
  try {
    return await session.runTransfer(`APPE ${formatPath(names)}`, `Ready for ${path}.`, (socket, progress) =>
      receive(session, socket, file, null, progress),
    );
  } finally {
    await file.close();
  }
}

async function storeUnique(session: Session, path: string, offset: number): Promise<Reply> {
  if (offset > 0) return reply(554, 'REST and STOU do not go together: STOU makes a new file.');
  const wanted = resolvePath(session.folder, path === '' ? 'file' : path);
  for (let i = 0; i < 1000; i++) {
    const names = i === 0 ? wanted : [...wanted.slice(0, -1), `${wanted.at(-1)}.${i}`];
    const file = await openPlace(session, names, O_WRONLY | O_CREAT | O_EXCL).catch((error: unknown) => {
      if (error instanceof FileExistsError || error instanceof Refused) return undefined;
      throw error;
    });
    if (file === undefined) continue;
    try {
      const name = names.at(-1) as string;
      return await session.runTransfer(`STOU ${formatPath(names)}`, `FILE: ${name}`, (socket, progress) =>
        receive(session, socket, file, 0, progress),
      );
    } finally {
      await file.close();
    }
  }
  return reply(553, 'A thousand names like this one are taken.');
}

/** The reader has stopped the transfer already, which has given its 426; this is the answer to ABOR itself. */
function abort(session: Session): Reply {
  const wasAborted = session.wasAborted;
  session.wasAborted = false;
  session.port = undefined;
  return wasAborted ? reply(226, 'The transfer was aborted.') : reply(225, 'No transfer runs.');
}

type Progress = (bytes: number) => void;

async function sendBytes(socket: Socket, file: FileHandle, offset: number, progress: Progress): Promise<void> {
  let before = 0;
  await socket.sendfile(file, offset, undefined, {
    progress: (sent) => {
      progress(sent - before);
      before = sent;
    },
  });
}

async function sendText(socket: Socket, file: FileHandle, progress: Progress): Promise<void> {
  const converter = new ToNetwork();
  const buffer = Buffer.allocUnsafeSlow(BUFFER_SIZE);
  for (let position = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    await socket.sendall(converter.push(buffer.subarray(0, bytesRead)));
    progress(bytesRead);
  }
}

/** Writes what comes until the client closes. One buffer is written while the other is filled. */
async function receive(
  session: Session,
  socket: Socket,
  file: FileHandle,
  position: number | null,
  progress: Progress,
): Promise<void> {
  const converter = session.type === 'A' ? new FromNetwork() : undefined;
  let [filling, spare] = [Buffer.allocUnsafeSlow(BUFFER_SIZE), Buffer.allocUnsafeSlow(BUFFER_SIZE)];
  let at = position;
  let writing: Promise<void> = Promise.resolve();
  const write = (bytes: Buffer) => {
    writing = writeAll(file, bytes, at);
    // an error is met by the await below; until then it must not count as unhandled
    writing.catch(() => undefined);
    if (at !== null) at += bytes.length;
  };
  for (;;) {
    const length = await socket.recvInto(filling);
    await writing;
    if (length === 0) break;
    const bytes = filling.subarray(0, length);
    write(converter?.push(bytes) ?? bytes);
    progress(length);
    [filling, spare] = [spare, filling];
  }
  if (converter) await writeAll(file, converter.end(), at);
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number | null): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(
      bytes,
      done,
      bytes.length - done,
      position === null ? null : position + done,
    );
    done += bytesWritten;
  }
}

async function openPlace(session: Session, names: Names, flags: number): Promise<FileHandle> {
  await using place = await session.jail.place(names);
  return await place.openFile(flags, 0o644);
}

function checkOffset(session: Session, offset: number, size: number): void {
  if (offset > 0 && session.type === 'A') throw new Refused(554, 'REST needs TYPE I.');
  if (offset > size) throw new Refused(554, `The file ends at ${size}; it cannot be resumed at ${offset}.`);
}
