/** USER, PASS, ACCT, REIN, QUIT: who is there. */
import { OSError } from '@p8/errors';
import { setTimeout as delay } from 'node:timers/promises';
import { Jail } from '../jail.ts';
import { type Reply, reply } from '../replies.ts';
import type { Session } from '../session.ts';
import type { Account } from '../users.ts';
import { toBytes, toText } from '../wire.ts';
import type { Command } from './command.ts';

/** Wrong passwords on one connection, before it is closed. */
const MAXIMUM_FAILURES = 3;

export const accessCommands: readonly Command[] = [
  { verb: 'USER', syntax: 'USER name', needsLogin: false, argument: 'required', run: user },
  { verb: 'PASS', syntax: 'PASS password', needsLogin: false, argument: 'optional', run: pass },
  {
    verb: 'ACCT',
    syntax: 'ACCT account',
    needsLogin: false,
    argument: 'required',
    run: () => reply(202, 'No account is needed.'),
  },
  { verb: 'REIN', syntax: 'REIN', needsLogin: false, argument: 'none', run: reinitialize },
  {
    verb: 'QUIT',
    syntax: 'QUIT',
    needsLogin: false,
    argument: 'none',
    run: (session) => void session.end(reply(221, 'Good bye.')),
  },
];

/** The same answer for every name: which ones exist is nobody's business. */
async function user(session: Session, name: string): Promise<Reply> {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  if (/[\u0000-\u001f\u007f]/.test(name)) return reply(501, 'A user name has no control characters.');
  await session.logout();
  session.pendingName = name;
  if (isAnonymous(session, name)) return reply(331, 'Any password will do; your mail address is polite.');
  return reply(331, 'Password, please.');
}

async function pass(session: Session, password: string): Promise<Reply | undefined> {
  const name = session.pendingName;
  if (name === undefined) return reply(503, session.login ? 'You are logged in already.' : 'Send USER first.');
  session.pendingName = undefined;
  const account = await checkAccount(session, name, password);
  if (account === undefined) return refuse(session, name);
  let jail: Jail;
  try {
    jail = await Jail.open(account.home);
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    session.log.error({ home: account.home, user: toText(name), err: error }, 'the home folder cannot be opened');
    return reply(530, 'Your home folder cannot be opened; tell the operator.');
  }
  session.loggedIn({ account, jail });
  const what = session.canWrite ? '' : ' You may read, and change nothing.';
  return reply(230, `Welcome.${what}`);
}

async function checkAccount(session: Session, name: string, password: string): Promise<Account | undefined> {
  const { users, anonymousHome } = session.settings;
  if (anonymousHome !== undefined && isAnonymousName(name))
    return { name: 'anonymous', home: anonymousHome, access: 'read' };
  return await users?.check(name, toBytes(password));
}

async function refuse(session: Session, name: string): Promise<Reply | undefined> {
  session.loginFailures++;
  session.log.warn({ user: toText(name), failures: session.loginFailures }, 'wrong name or password');
  // the wait holds up this connection alone, and ends when the client goes
  const aborted = await delay(session.settings.loginDelay * 1000, false, { signal: session.signal }).catch(() => true);
  if (aborted || session.loginFailures >= MAXIMUM_FAILURES) {
    void session.end(reply(421, 'Too many wrong passwords; good bye.'));
    return undefined;
  }
  return reply(530, 'Wrong name or password.');
}

async function reinitialize(session: Session): Promise<Reply> {
  await session.logout();
  session.reset();
  return reply(220, 'Ready for a new user.');
}

function isAnonymous(session: Session, name: string): boolean {
  return session.settings.anonymousHome !== undefined && isAnonymousName(name);
}

function isAnonymousName(name: string): boolean {
  return ['anonymous', 'ftp'].includes(name.toLowerCase());
}
