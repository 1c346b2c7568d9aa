/** PASV, EPSV, PORT, EPRT: where the next data connection comes from (RFC 959, RFC 2428, RFC 2577). */
import { OSError } from '@p8/errors';
import { ActivePort, PassivePort } from '../data-connection.ts';
import { isIPv6Host } from '../peer.ts';
import { type Reply, Refused, reply } from '../replies.ts';
import type { Session } from '../session.ts';
import type { Command } from './command.ts';

export const dataPortCommands: readonly Command[] = [
  { verb: 'PASV', syntax: 'PASV', needsLogin: true, argument: 'none', run: passive },
  { verb: 'EPSV', syntax: 'EPSV [1 | 2 | ALL]', needsLogin: true, argument: 'optional', run: extendedPassive },
  { verb: 'PORT', syntax: 'PORT h1,h2,h3,h4,p1,p2', needsLogin: true, argument: 'required', run: active },
  { verb: 'EPRT', syntax: 'EPRT |1|host|port|', needsLogin: true, argument: 'required', run: extendedActive },
];

function passive(session: Session): Reply {
  refuseAfterEpsvAll(session, 'PASV');
  const { local, peer } = session.control;
  if (isIPv6Host(local.host)) return reply(522, 'PASV cannot name an IPv6 address; use EPSV (2).');
  const { masquerade, localNetworks } = session.settings;
  const isNear = localNetworks.check(peer.host, 'ipv4');
  const host = masquerade === undefined || isNear ? local.host : masquerade;
  const port = listen(session);
  return reply(227, `Entering Passive Mode (${host.replaceAll('.', ',')},${port >> 8},${port & 255}).`);
}

function extendedPassive(session: Session, argument: string): Reply {
  const own = isIPv6Host(session.control.local.host) ? '2' : '1';
  switch (argument.trim().toUpperCase()) {
    case '':
    case own:
      return reply(229, `Entering Extended Passive Mode (|||${listen(session)}|)`);
    case 'ALL':
      session.extendedOnly = true;
      return reply(200, 'Only EPSV from now on.');
    case '1':
    case '2':
      return reply(522, `This connection has another protocol; use (${own})`);
    default:
      return reply(501, 'Usage: EPSV [1 | 2 | ALL]');
  }
}

function active(session: Session, argument: string): Reply {
  refuseAfterEpsvAll(session, 'PORT');
  const numbers = /^\d{1,3}(?:,\d{1,3}){5}$/.test(argument.trim()) ? argument.trim().split(',').map(Number) : [];
  if (numbers.length === 0 || numbers.some((number) => number > 255))
    return reply(501, 'Usage: PORT h1,h2,h3,h4,p1,p2');
  const [high, low] = numbers.slice(4) as [number, number];
  return connectTo(session, numbers.slice(0, 4).join('.'), high * 256 + low);
}

function extendedActive(session: Session, argument: string): Reply {
  refuseAfterEpsvAll(session, 'EPRT');
  const given = argument.trim();
  const delimiter = given.charAt(0);
  const [, family = '', host = '', digits = '', rest] = given.split(delimiter);
  const isFormed = delimiter >= '!' && delimiter <= '~' && rest === '' && given.split(delimiter).length === 5;
  const port = Number(digits);
  if (!isFormed || !/^\d+$/.test(family) || !/^\d{1,5}$/.test(digits) || port > 65_535)
    return reply(501, 'Usage: EPRT |1|host|port|');
  const own = isIPv6Host(session.control.peer.host) ? '2' : '1';
  if (family !== own) return reply(522, `This connection has another protocol; use (${own})`);
  return connectTo(session, host, port);
}

/** Only to the client itself, and to no service: a server that connects elsewhere attacks for others (CVE-1999-0017). */
function connectTo(session: Session, host: string, port: number): Reply {
  const { local, peer } = session.control;
  if (!isSameHost(host, peer.host)) return reply(504, 'Data connections go to your own address only.');
  if (port < 1024) return reply(504, 'Data connections go to ports from 1024 up only.');
  session.port = new ActivePort(local, peer, port);
  return reply(200, 'This port will be used.');
}

function isSameHost(given: string, peer: string): boolean {
  return canonical(given) === canonical(peer);
}

/** One spelling for each address: `::1` and `0:0:0:0:0:0:0:1` are the same host. */
function canonical(host: string): string {
  if (!isIPv6Host(host)) return host.split('.').map(Number).join('.');
  try {
    return new URL(`http://[${host.replace(/%.*$/, '')}]/`).hostname;
  } catch {
    return host;
  }
}

function listen(session: Session): number {
  const { local, peer } = session.control;
  // the port before is free again before a new one is looked for
  session.port = undefined;
  try {
    const port = new PassivePort(local, peer, session.settings.passivePorts, (stranger) =>
      session.log.warn({ stranger }, 'a stranger on the data port was dropped'),
    );
    session.port = port;
    return port.port;
  } catch (error) {
    if (!(error instanceof OSError)) throw error;
    session.log.warn({ err: error }, 'no passive port');
    throw new Refused(425, 'No port is free for a data connection; try again later.', { cause: error });
  }
}

function refuseAfterEpsvAll(session: Session, verb: string): void {
  if (session.extendedOnly) throw new Refused(503, `${verb} is refused after EPSV ALL.`);
}
