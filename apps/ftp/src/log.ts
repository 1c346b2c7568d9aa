/** The log: pino's JSON lines for machines, or one short line for people. */
import { formatException } from '@p8/errors';
import { type DestinationStream, type Logger, pino } from 'pino';

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Makes the logger, which writes to standard error. */
export function makeLog(level: LogLevel, json: boolean, output: NodeJS.WritableStream = process.stderr): Logger {
  const destination: DestinationStream = { write: (line) => void output.write(json ? line : forPeople(line)) };
  const err = (error: Error) => (json ? pino.stdSerializers.err(error) : describe(error, level));
  return pino({ level, base: null, serializers: { err } }, destination);
}

/** `12:00:01 info  127.0.0.1:40312 anna  RETR /a.iso  734003200 bytes in 0.51 s (226)` */
function forPeople(line: string): string {
  const { time, level, msg, peer, user, err, ...rest } = JSON.parse(line) as Record<
    string,
    string | number | undefined
  >;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const who = [peer, user].filter((part) => part !== undefined).join(' ');
  const text = rest['transfer'] === undefined ? `${String(msg)}${details(rest)}` : transferText(rest);
  const failure = err === undefined ? '' : `: ${String(err)}`;
  return `${[clock, pino.levels.labels[Number(level)]?.padEnd(5), who, printable(text + failure)].join(' ').trimEnd()}\n`;
}

function transferText({ transfer, bytes, seconds, reply }: Record<string, string | number | undefined>): string {
  return `${String(transfer)}: ${String(bytes)} bytes in ${Number(seconds).toFixed(2)} s (${String(reply)})`;
}

function details(rest: Record<string, string | number | undefined>): string {
  const parts = Object.entries(rest).map(([key, value]) => `${key} ${String(value)}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

/** The message alone, unless everything is wanted: an operator looks for the cause, not for our frames. */
function describe(error: Error, level: LogLevel): string {
  return level === 'debug' ? formatException(error) : error.message;
}

/** A file name must not move the operator's cursor. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '?');
}
