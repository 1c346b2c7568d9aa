import { NotImplementedError, ValueError } from '@p8/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFTPURL } from './url.ts';

const plain = { host: 'h', port: 21, user: undefined, password: undefined, path: '' };

describe('parseFTPURL', () => {
  it.each([
    ['ftp://h', plain],
    ['FTP://h/', plain],
    ['ftp://h:2121/a/b.txt', { ...plain, port: 2121, path: 'a/b.txt' }],
    ['ftp://h:/a', { ...plain, path: 'a' }],
    ['ftp://anna@h/a', { ...plain, user: 'anna', path: 'a' }],
    ['ftp://anna:@h/a', { ...plain, user: 'anna', password: '', path: 'a' }],
    ['ftp://anna:p:w@h/a', { ...plain, user: 'anna', password: 'p:w', path: 'a' }],
    ['ftp://a%40b:s%2Fe%3Ac@h/a', { ...plain, user: 'a@b', password: 's/e:c', path: 'a' }],
    ['ftp://[::1]:2121/a', { ...plain, host: '::1', port: 2121, path: 'a' }],
    ['ftp://[fe80::1%25eth0]/a', { ...plain, host: 'fe80::1%eth0', path: 'a' }],
    ['ftp://h/a;type=i', { ...plain, path: 'a' }],
    ['ftp://h/a;type=D', { ...plain, path: 'a' }],
    ['ftp://h/a;b/c', { ...plain, path: 'a;b/c' }],
    ['ftp://h/%2Fetc/motd', { ...plain, path: '/etc/motd' }],
    ['ftp://h//etc/motd', { ...plain, path: '/etc/motd' }],
    ['ftp://h/a%20b%23c', { ...plain, path: 'a b#c' }],
    ['ftp://h/%2e%2e/a\\b?c', { ...plain, path: '../a\\b?c' }],
    ['ftp://h/a@b:c', { ...plain, path: 'a@b:c' }],
  ])('reads %s', (url, expected) => {
    expect(parseFTPURL(url)).toEqual(expected);
  });

  it.each([
    ['h/a', 'ftp://user@host:port/path'],
    ['http://h/a', 'http: is not FTP'],
    ['ftp:///a', 'host is missing'],
    ['ftp://h:0/a', 'port must be 1-65535'],
    ['ftp://h:65536/a', 'port must be 1-65535'],
    ['ftp://h:x/a', 'ftp://user@host:port/path'],
    ['ftp://[h]/a', 'IPv6'],
    ['ftp://::1/a', 'ftp://user@host:port/path'],
    ['ftp://h/a#b', '%23'],
    ['ftp://h/a%', '%25'],
    ['ftp://h/a%ff', '%25'],
    ['ftp://h/a%0d%0aDELE%20b', 'path must not contain CR, LF or NUL'],
    ['ftp://a%0Ab@h/', 'user must not contain'],
    ['ftp://a:b%00@h/', 'password must not contain'],
    ['ftp://h/a;type=a', 'type=a'],
  ])('refuses %s with a sentence about %j', (url, message) => {
    expect(() => parseFTPURL(url)).toThrow(ValueError);
    expect(() => parseFTPURL(url)).toThrow(message);
  });

  it('never shows a password in an error', () => {
    expect(() => parseFTPURL('ftp://anna:hush%@h:1/')).not.toThrow('hush');
    expect(() => parseFTPURL('ftp://anna:hush%@h:1/')).toThrow('password');
  });

  it.each(['ftps://h/a', 'FTPES://h/a'])('says that TLS is not supported yet: %s', (url) => {
    expect(() => parseFTPURL(url)).toThrow(NotImplementedError);
  });

  it('reads back what was percent-encoded', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((part) => !/[\r\n\0]/.test(part));
    fc.assert(
      fc.property(text, text, text, (user, password, path) => {
        const [u, p, f] = [user, password, path].map(encodeURIComponent);
        expect(parseFTPURL(`ftp://${u}:${p}@h/${f}`)).toMatchObject({ user, password, path });
      }),
    );
  });
});
