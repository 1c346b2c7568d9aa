/** Re-expressed from CPython's Lib/test/test_pep3151.py (HierarchyTest, AttributesTest, ExplicitSubclassingTest). */
import { spawnSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { constants } from 'node:os';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { codeOf, errnoOf, strerror } from './errno.ts';
import * as errors from './index.ts';
import {
  BaseException,
  BlockingIOError,
  BrokenPipeError,
  ConnectionError,
  ConnectionRefusedError,
  EnvironmentError,
  Exception,
  FileNotFoundError,
  IOError,
  IsADirectoryError,
  NotADirectoryError,
  OSError,
  TimeoutError,
} from './index.ts';
import { thrownBy } from '../test/thrown-by.ts';

describe('new OSError', () => {
  test('is of the class for its number, and says what Python says', () => {
    const error = new OSError(111, { syscall: 'connect', address: ['127.0.0.1', 9999] });
    expect(error).toBeInstanceOf(ConnectionRefusedError);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.name).toBe('ConnectionRefusedError');
    expect(error.message).toBe('[Errno 111] Connection refused (connect 127.0.0.1:9999)');
    expect(Object.fromEntries(Object.entries(error))).toEqual({
      code: 'ECONNREFUSED',
      errno: 111,
      strerror: 'Connection refused',
      syscall: 'connect',
      address: ['127.0.0.1', 9999],
    });
    expect(error.stack?.split('\n')[0]).toBe(`ConnectionRefusedError: ${error.message}`);
    expect(error.stack?.split('\n')[1]).toContain('os-error.test.ts');
  });

  test('takes the number as a system call returned it, negative', () => {
    expect(new OSError(-111)).toMatchObject({ errno: 111, code: 'ECONNREFUSED', name: 'ConnectionRefusedError' });
  });

  test('takes a code instead of a number, and a message of your own', () => {
    const error = new OSError('no free port', { code: 'EADDRINUSE' });
    expect(error).toMatchObject({
      name: 'OSError',
      message: 'no free port',
      errno: 98,
      strerror: 'Address already in use',
    });
    expect(new OSError('try later', { code: 'EAGAIN' })).toBeInstanceOf(BlockingIOError);
    expect(new OSError('gone', { errno: 32 })).toBeInstanceOf(BrokenPipeError);
    expect(new OSError('unheard of', { code: 'EAI_NONAME' })).toMatchObject({ code: 'EAI_NONAME', name: 'OSError' });
  });

  test('without number and code has neither', () => {
    expect(Object.keys(new OSError('plain'))).toEqual([]);
    expect(new OSError('plain').errno).toBe(undefined);
    expect(new OSError().message).toBe('');
  });

  test('with an unknown number is a plain OSError', () => {
    expect(String(new OSError(9999))).toBe('OSError: [Errno 9999] Unknown error 9999');
    expect(Object.keys(new OSError(9999))).toEqual(['errno', 'strerror']);
  });

  test.each([
    [{ path: 'a.txt' }, "[Errno 2] No such file or directory: 'a.txt'"],
    [{ path: 'a', dest: 'b', syscall: 'rename' }, "[Errno 2] No such file or directory: 'a' -> 'b' (rename)"],
    [{ address: ['::1', 80, 0, 0] }, '[Errno 2] No such file or directory ([::1]:80)'],
    [{ syscall: 'bind', address: '/run/x' }, "[Errno 2] No such file or directory (bind '/run/x')"],
    [{ address: Buffer.from('\0x') }, "[Errno 2] No such file or directory ('\\x00x')"],
    [{ address: [1, 2] }, '[Errno 2] No such file or directory ([ 1, 2 ])'],
    [{ strerror: 'Not here' }, '[Errno 2] Not here'],
  ])('names what it is about: %j', (options, message) => {
    expect(new OSError(2, options)).toMatchObject({ message, name: 'FileNotFoundError' });
  });

  test('keeps a cause', () => {
    const cause = new Error('first');
    expect(new OSError(2, { cause }).cause).toBe(cause);
  });
});

describe('a subclass', () => {
  class PortInUse extends OSError {
    readonly port: number;
    constructor(port: number, options?: errors.OSErrorOptions) {
      super(`port ${port} is in use`, options);
      this.port = port;
    }
  }

  test('of the tree stays what it is, whatever the number', () => {
    expect(new ConnectionError(111).name).toBe('ConnectionError');
    expect(new ConnectionError(111) instanceof ConnectionRefusedError).toBe(false);
    expect(new TimeoutError('timed out')).toMatchObject({ name: 'TimeoutError', message: 'timed out' });
    expect(Object.keys(new TimeoutError('timed out'))).toEqual([]);
    expect(new BlockingIOError(11, { charactersWritten: 3 })).toMatchObject({ code: 'EAGAIN', charactersWritten: 3 });
  });

  test('of a user is never replaced by the class for its number', () => {
    const error = new PortInUse(80, { errno: 2 });
    expect(error).toMatchObject({ name: 'PortInUse', port: 80, code: 'ENOENT', message: 'port 80 is in use' });
    expect(error instanceof PortInUse).toBe(true);
    expect(error instanceof OSError).toBe(true);
    expect(error instanceof FileNotFoundError).toBe(false);
  });

  test('of a user does not match the errors its parent matches', () => {
    class Mine extends FileNotFoundError {}
    const error = thrownBy(() => readFileSync('/no/such/file'));
    expect([error instanceof Mine, error instanceof PortInUse]).toEqual([false, false]);
  });
});

describe('errors of Node are matched by code', () => {
  test('those of fs', () => {
    expect(thrownBy(() => readFileSync('/no/such/file'))).toBeInstanceOf(FileNotFoundError);
    expect(thrownBy(() => readFileSync('/'))).toBeInstanceOf(IsADirectoryError);
    expect(thrownBy(() => rmdirSync('/etc/passwd'))).toBeInstanceOf(NotADirectoryError);
    expect(thrownBy(() => writeFileSync('/no/such/file', ''))).not.toBeInstanceOf(TimeoutError);
  });

  test('those of net, child_process and dns', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const [refused] = (await once(
      connect(port, '127.0.0.1').on('error', () => {}),
      'close',
    ).then(
      () => [undefined],
      (error: unknown) => [error],
    )) as [unknown];
    expect(refused).toBeInstanceOf(ConnectionRefusedError);
    expect(spawnSync('/no/such/program').error).toBeInstanceOf(FileNotFoundError);
    const unknown: unknown = await lookup('no such host').catch((error: unknown) => error);
    expect(unknown).toBeInstanceOf(OSError);
    expect(unknown).not.toBeInstanceOf(ConnectionError);
  });

  test('and the time limits of the platform', async () => {
    const signal = AbortSignal.timeout(1);
    const keepAlive = setTimeout(10_000, undefined, { signal }).catch(() => {});
    await once(signal, 'abort');
    await keepAlive;
    expect(signal.reason).toBeInstanceOf(TimeoutError);
    expect(signal.reason).toBeInstanceOf(OSError);
    expect(signal.reason).toBeInstanceOf(Exception);
  });

  test('but errors that are not the system’s are no OSError', () => {
    const zlib = thrownBy(() => inflateSync(Buffer.from('nonsense')));
    for (const error of [zlib, new TypeError('e'), thrownBy(() => Buffer.alloc(-1)), AbortSignal.abort().reason])
      expect(error).not.toBeInstanceOf(OSError);
  });

  test('a frozen one too', () => {
    expect(Object.freeze(Object.assign(new Error('e'), { code: 'EPIPE' }))).toBeInstanceOf(BrokenPipeError);
  });
});

describe('the table of numbers', () => {
  test('agrees with this system', () => {
    for (const [code, errno] of Object.entries(constants.errno)) expect([code, errnoOf(code)]).toEqual([code, errno]);
  });

  test('has one name for each number, and words for each', () => {
    expect(codeOf(11)).toBe('EAGAIN');
    expect(codeOf(95)).toBe('ENOTSUP');
    for (let errno = 1; errno <= 133; errno++)
      if (codeOf(errno) !== undefined) expect(strerror(errno)).not.toContain('Unknown');
    expect(codeOf(9999)).toBe(undefined);
    expect(strerror(108)).toBe('Cannot send after transport endpoint shutdown');
  });
});

test('the old names are the same class', () => {
  expect([EnvironmentError, IOError]).toEqual([OSError, OSError]);
  expect(new OSError() instanceof BaseException).toBe(true);
});
