import { handle } from '@p8/errors';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Refused, fileReplies, quoted, render, reply } from './replies.ts';

describe('render', () => {
  test('one line has the number and a space', () => {
    expect(String(render(reply(200, 'Done.')))).toBe('200 Done.\r\n');
  });

  test('many lines begin with a hyphen and end with a space, and a digit inside is moved away from the edge', () => {
    expect(String(render(reply(211, 'Status', '213 a name', 'x', 'End')))).toBe(
      '211-Status\r\n 213 a name\r\nx\r\n211 End\r\n',
    );
  });

  test('a name with a line end cannot forge a reply', () => {
    expect(String(render(reply(257, '"a\r\n226 done"')))).toBe('257 "a??226 done"\r\n');
  });

  test('bytes above 127 pass as they are', () => {
    expect(render(reply(200, 'é')).toString('latin1')).toBe('200 é\r\n');
  });
});

test('quotes in a path are doubled', () => {
  expect(quoted('/a "b"')).toBe('"/a ""b"""');
});

describe('fileReplies', () => {
  const folder = mkdtempSync(join(tmpdir(), 'p8-replies-'));

  test.each([
    [550, () => lstatSync(join(folder, 'absent'))],
    [550, () => mkdirSync(folder)],
    [550, () => readFileSync(folder)],
    [550, () => lstatSync('/etc/passwd/x')],
    [553, () => lstatSync(join(folder, 'x'.repeat(300)))],
    [452, () => raiseCode('ENOSPC')],
    [552, () => raiseCode('EDQUOT')],
    [450, () => raiseCode('EBUSY')],
    [451, () => raiseCode('EIO')],
    [550, () => raiseCode('EPERM')],
    [504, () => raise(new Refused(504, 'Not so.'))],
  ])('%i', (code, body) => {
    expect(replyTo(body).code).toBe(code);
  });

  test('an error that is none of the system passes through', () => {
    expect(() => replyTo(() => raise(new TypeError('ours')))).toThrow(TypeError);
    rmSync(folder, { recursive: true });
  });
});

function raiseCode(code: string): never {
  throw Object.assign(new Error(code), { code, syscall: 'write' });
}

function raise(error: Error): never {
  throw error;
}

function replyTo(body: () => unknown) {
  try {
    body();
  } catch (error) {
    return handle(error, ...fileReplies);
  }
  throw new Error('nothing was raised');
}
