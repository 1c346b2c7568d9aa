/** What a program wants to know from the text of a reply: ports, paths, sizes, times. Each raises ProtocolError. */
import { ProtocolError } from './errors.ts';
import type { Reply } from './reply.ts';

/**
 * The port of `227 Entering Passive Mode (h1,h2,h3,h4,p1,p2)`. The host in it is never used: behind NAT it is wrong, and
 * a hostile server would use it to have the client scan others (CVE-2020-8284, CVE-2021-4189).
 */
export function passivePort(reply: Reply): number {
  const numbers = /(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})/.exec(text(reply))?.slice(1).map(Number);
  const [high = 0, low = 0] = numbers?.slice(4) ?? [];
  const port = high * 256 + low;
  if (!numbers || numbers.some((number) => number > 255) || port === 0) {
    throw new ProtocolError("the server's reply to PASV names no port", text(reply));
  }
  return port;
}

/** The port of `229 Entering Extended Passive Mode (|||port|)`, with any delimiter (RFC 2428, 3). */
export function extendedPassivePort(reply: Reply): number {
  const port = Number(/\(([!-~])\1\1(\d{1,5})\1\)/.exec(text(reply))?.[2] ?? 0);
  if (port === 0 || port > 65535) throw new ProtocolError("the server's reply to EPSV names no port", text(reply));
  return port;
}

/** The path of `257 "path" …`, with doubled quotes made single (RFC 959, appendix II). */
export function quotedPath(reply: Reply): string {
  const path = /^\s*"((?:[^"]|"")*)"/s.exec(reply.lines[0] ?? '')?.[1];
  if (path === undefined) throw new ProtocolError("the server's reply has no path in quotes", text(reply));
  return path.replaceAll('""', '"');
}

/** The number of bytes of `213 12345`. */
export function fileSize(reply: Reply): number {
  const digits = /^\s*(\d+)\s*$/.exec(text(reply))?.[1];
  const size = Number(digits);
  if (digits === undefined || !Number.isSafeInteger(size)) {
    throw new ProtocolError("the server's reply to SIZE is no number of bytes", text(reply));
  }
  return size;
}

/** The time of `213 YYYYMMDDHHMMSS[.sss]`. */
export function modificationTime(reply: Reply): Date {
  const time = parseTime(text(reply).trim());
  if (time === undefined) throw new ProtocolError("the server's reply to MDTM is no time", text(reply));
  return time;
}

/** A time as RFC 3659 writes it, in UTC: `YYYYMMDDHHMMSS`, with any fraction. Undefined if it is none. */
export function parseTime(text: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d+))?$/.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined;
  const milliseconds = Math.trunc(Number(`0.${match[7] ?? '0'}`) * 1000);
  const time = new Date(0);
  // not Date.UTC, which takes the years 0 to 99 for 1900 to 1999
  time.setUTCFullYear(year, month - 1, day);
  time.setUTCHours(hour, minute, second, milliseconds);
  return time;
}

function text(reply: Reply): string {
  return reply.lines.join('\n');
}
