import { socketpair } from '@p8/socket';
import { describe, expect, test } from 'vitest';
import type { DataPort } from './data-connection.ts';
import type { Reply } from './replies.ts';
import { Transfer } from './transfer.ts';

function portOf(open: DataPort['open'], isActive = false): DataPort {
  return { description: 'test', isActive, open, close: () => undefined };
}

function transferOn(port: DataPort): { transfer: Transfer; sent: Reply[] } {
  const sent: Reply[] = [];
  const announce = async (reply: Reply) => void sent.push(reply);
  return { transfer: new Transfer(port, { label: 'T', announcement: 'Now.', timeout: 5, announce }), sent };
}

const failing = (code: string, syscall: string) => async () => {
  throw Object.assign(new Error(code), { code, syscall });
};

describe('Transfer', () => {
  test.each([
    ['a full disk', 'ENOSPC', 'write', 452],
    ['a full quota', 'EDQUOT', 'write', 552],
    ['a broken disk', 'EIO', 'read', 451],
    ['a file that went away', 'ENOENT', 'read', 451],
    ['a reset', 'ECONNRESET', 'recv', 426],
    ['a broken pipe', 'EPIPE', 'send', 426],
  ])('%s in the middle has its reply, after the data connection is closed', async (_, code, syscall, expected) => {
    const [ours, theirs] = socketpair();
    const { transfer, sent } = transferOn(portOf(async () => ours));
    expect((await transfer.run(failing(code, syscall))).code).toBe(expected);
    expect(sent.map((reply) => reply.code)).toEqual([150]);
    expect(ours.closed).toBe(true);
    theirs.close();
  });

  test('an active port that fails is told before the 150', async () => {
    const { transfer, sent } = transferOn(portOf(failing('ECONNREFUSED', 'connect'), true));
    expect((await transfer.run(async () => undefined)).code).toBe(425);
    expect(sent).toEqual([]);
  });

  test('an error that is ours is not hidden in a reply', async () => {
    const [ours, theirs] = socketpair();
    const { transfer } = transferOn(portOf(async () => ours));
    const bug = async () => {
      throw new TypeError('a bug');
    };
    await expect(transfer.run(bug)).rejects.toThrow('a bug');
    expect(ours.closed).toBe(true);
    theirs.close();
  });

  test('an interruption before the start lets nothing begin, and the first reason counts', async () => {
    const { transfer } = transferOn(portOf(failing('EBADF', 'accept')));
    transfer.interrupt('abort');
    transfer.interrupt('lost');
    expect(await transfer.run(async () => undefined)).toEqual({ code: 426, lines: ['Transfer aborted.'] });
  });

  test('progress is counted', async () => {
    const [ours, theirs] = socketpair();
    const { transfer } = transferOn(portOf(async () => ours));
    await transfer.run(async (_, progress) => {
      progress(3);
      progress(4);
    });
    expect(transfer.bytes).toBe(7);
    expect(transfer.isWaiting).toBe(false);
    theirs.close();
  });
});
