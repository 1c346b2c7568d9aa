/**
 * `datetime.datetime` and Date. A Date is a moment, as an aware datetime is: it is sent in UTC, and any fixed offset
 * arrives. What a Date cannot hold (a naive datetime, another time zone) stays a PyObject.
 *
 * https://github.com/python/cpython/blob/main/Lib/_pydatetime.py (`datetime._getstate`)
 */
import { PicklingError } from '../pickle-error.ts';
import type { Form } from './known.ts';
import { PyObject } from './python-types.ts';

const utc = new PyObject('datetime.timezone', [new PyObject('datetime.timedelta', [0, 0, 0])]);
const stateLength = 10;
const dayInMilliseconds = 86_400_000;

export const datetime: Form = {
  type: Date,
  call(args, { exact }, global) {
    const moment = exact ? undefined : momentOf(args);
    return moment === undefined ? new PyObject(global, args) : new Date(moment);
  },
  takeApart: (value) => ({ args: [stateOf(value as Date), utc] }),
};

/** Milliseconds since 1970; undefined if the arguments do not say it. */
function momentOf([state, zone]: readonly unknown[]): number | undefined {
  const offset = offsetOf(zone);
  if (offset === undefined || !Buffer.isBuffer(state) || state.length !== stateLength) return undefined;
  const [month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = state.subarray(2, 7);
  const date = new Date(0);
  date.setUTCFullYear(state.readUInt16BE(0), (month & 0x7f) - 1, day); // the high bit says which of two equal times
  date.setUTCHours(hours, minutes, seconds, Math.floor(state.readUIntBE(7, 3) / 1000));
  return date.getTime() - offset;
}

/** Of `datetime.timezone(timedelta(days, seconds, microseconds))`, in milliseconds. */
function offsetOf(zone: unknown): number | undefined {
  if (!(zone instanceof PyObject) || String(zone.type) !== 'datetime.timezone') return undefined;
  const [delta] = zone.args;
  if (!(delta instanceof PyObject) || String(delta.type) !== 'datetime.timedelta') return undefined;
  const [days, seconds, microseconds] = delta.args;
  if (typeof days !== 'number' || typeof seconds !== 'number' || typeof microseconds !== 'number') return undefined;
  return days * dayInMilliseconds + seconds * 1000 + microseconds / 1000;
}

function stateOf(date: Date): Buffer {
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999))
    throw new PicklingError(
      `a Date must be valid and in the years 1 to 9999 of Python's datetime, not ${String(date)}`,
    );
  const state = Buffer.alloc(stateLength);
  state.writeUInt16BE(year, 0);
  state.set(
    [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()],
    2,
  );
  state.writeUIntBE(date.getUTCMilliseconds() * 1000, 7, 3);
  return state;
}
