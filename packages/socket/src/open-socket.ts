/** How a socket begins: a new descriptor, or one that is adopted. */
import { fstatSync, readlinkSync } from 'node:fs';
import { OSError } from '@p8/errors';
import { constants, memory, syscalls } from '@p8/syscall';
import { checkSize } from './bytes.ts';
import { Channel } from './channel.ts';
import { check, checkInteger } from './descriptor.ts';
import type { Opened } from './descriptor.ts';

const { AF_INET, AF_INET6, AF_UNIX, SOCK_STREAM } = constants;
const { SO_DOMAIN, SO_PROTOCOL, SO_TYPE, SOL_SOCKET } = constants;
const ENOTSOCK = 88;
/** socket(2) takes these flags with the type. */
const TYPE_FLAGS = 0o2000000 | 0o4000;
/** Marks a descriptor that came from accept4 or socketpair, with its flags set. */
export const READY: unique symbol = Symbol('ready');

export interface SocketOptions {
  /** An open descriptor to adopt; what is not given of family, type and protocol is read from it. */
  readonly fileno?: number | undefined;
}

/** Makes a descriptor, or takes over `fileno`. */
export function openSocket(
  family: number | undefined,
  type: number | undefined,
  proto: number | undefined,
  options: SocketOptions,
): Opened<Channel> {
  return options.fileno === undefined
    ? create(family ?? AF_INET, type ?? SOCK_STREAM, proto ?? 0)
    : adopt(options.fileno, family, type, proto, READY in options);
}

function create(family: number, typeAndFlags: number, proto: number): Opened<Channel> {
  checkInteger(family, 'family', 'socket');
  const type = checkInteger(typeAndFlags, 'type', 'socket') & ~TYPE_FLAGS;
  checkInteger(proto, 'proto', 'socket');
  const fd = check(syscalls.socket(family, type, proto), 'socket');
  return { family, type, proto, channel: channelOf(fd, family, type) };
}

function adopt(
  fd: number,
  givenFamily: number | undefined,
  givenType: number | undefined,
  givenProto: number | undefined,
  isReady: boolean,
): Opened<Channel> {
  checkSize(fd, 'fileno', 'socket');
  const family = givenFamily ?? ask(fd, SO_DOMAIN);
  const type = givenType ?? ask(fd, SO_TYPE);
  const proto = givenProto ?? ask(fd, SO_PROTOCOL);
  if (!isReady) setFlags(fd);
  return { family, type, proto, channel: channelOf(fd, family, type) };
}

function channelOf(fd: number, family: number, type: number): Channel {
  const isInternet = family === AF_INET || family === AF_INET6;
  if (type !== SOCK_STREAM || !(isInternet || family === AF_UNIX)) return new Channel(fd, memory.KIND_OTHER);
  return new Channel(fd, isInternet ? memory.KIND_TCP : memory.KIND_UNIX_STREAM);
}

/** What an adopted descriptor says of itself. */
function ask(fd: number, option: number): number {
  const value = Buffer.alloc(Int32Array.BYTES_PER_ELEMENT);
  const outcome = syscalls.getsockopt(fd, SOL_SOCKET, option, value);
  if (outcome === -ENOTSOCK) throw notSocket(fd);
  check(outcome, 'getsockopt');
  return value.readInt32LE();
}

function notSocket(fd: number): OSError {
  return new OSError(`[Errno ${ENOTSOCK}] Socket operation on non-socket: descriptor ${fd} is ${kindOf(fd)}`, {
    errno: ENOTSOCK,
    syscall: 'getsockopt',
  });
}

/** What a descriptor is, in a word; the kernel's own objects have names like `anon_inode:[eventpoll]`. */
function kindOf(fd: number): string {
  const stats = fstatSync(fd);
  if (stats.isFile()) return 'a file';
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return 'a device';
  return readlinkSync(`/proc/self/fd/${fd}`);
}

/** Inside, every descriptor is non-blocking and closed on exec, whatever the user sees. */
function setFlags(fd: number): void {
  const flags = check(syscalls.fcntl(fd, constants.F_GETFL, 0), 'fcntl');
  check(syscalls.fcntl(fd, constants.F_SETFL, flags | constants.O_NONBLOCK), 'fcntl');
  check(syscalls.fcntl(fd, constants.F_SETFD, constants.FD_CLOEXEC), 'fcntl');
}
