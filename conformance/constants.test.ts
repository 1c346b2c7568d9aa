/** Every constant that a CPython has is exported, and has the value that the CPython of this machine gives it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as s from '@p8/socket';
import { expect, test } from 'vitest';

const golden = JSON.parse(readFileSync(new URL('golden/constants.json', import.meta.url), 'utf8')) as {
  readonly names: readonly string[];
};
const exported: Readonly<Record<string, unknown>> = { ...s };
/** CPython has numbers of its own for what was never part of the kernel. */
const NOT_IN_THE_HEADERS = ['ALG_OP_SIGN', 'ALG_OP_VERIFY', 'ALG_SET_PUBKEY'];

test('every name is exported, as a number or as undefined', () => {
  expect(golden.names.filter((name) => !(name in exported))).toEqual([]);
  expect(golden.names.filter((name) => !['number', 'undefined'].includes(typeof exported[name]))).toEqual([]);
});

test('the values are those of python3', () => {
  const script = `import json, socket
print(json.dumps({name: int(value) for name, value in vars(socket).items() if name.isupper() and isinstance(value, int)}))`;
  const theirs = JSON.parse(execFileSync('python3', ['-c', script], { encoding: 'utf8' })) as Record<string, number>;
  for (const name of NOT_IN_THE_HEADERS) delete theirs[name];
  const ours = Object.fromEntries(Object.keys(theirs).map((name) => [name, exported[name]]));
  expect(ours).toEqual(theirs);
  expect(Object.keys(theirs).length).toBeGreaterThan(300);
});

test('the enums of Python hold the constants of their prefix, with their values', () => {
  expect(s.AddressFamily.AF_INET6).toBe(s.AF_INET6);
  expect(Object.keys(s.SocketKind).toSorted()).toEqual(golden.names.filter((name) => name.startsWith('SOCK_')));
  expect(s.MsgFlag.MSG_PEEK).toBe(s.MSG_PEEK);
  expect(s.AddressInfo.AI_PASSIVE).toBe(s.AI_PASSIVE);
  const script = 'import json, socket; print(json.dumps(dict(socket.AddressFamily.__members__)))';
  const theirs = JSON.parse(execFileSync('python3', ['-c', script], { encoding: 'utf8' })) as Record<string, number>;
  expect(s.AddressFamily).toMatchObject(theirs);
});
