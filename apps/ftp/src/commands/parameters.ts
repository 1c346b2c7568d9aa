/** TYPE, STRU, MODE, REST, ALLO, OPTS: how transfers are made. */
import { statfs } from 'node:fs/promises';
import { FACTS } from '../listing.ts';
import { type Reply, reply } from '../replies.ts';
import type { Session } from '../session.ts';
import type { Command } from './command.ts';

const parameter = { needsLogin: true, argument: 'required' } as const;

export const parameterCommands: readonly Command[] = [
  { ...parameter, verb: 'TYPE', syntax: 'TYPE A | I', run: setType },
  { ...parameter, verb: 'STRU', syntax: 'STRU F', run: (_, given) => onlyOne('STRU', given, 'F', ['R', 'P']) },
  { ...parameter, verb: 'MODE', syntax: 'MODE S', run: (_, given) => onlyOne('MODE', given, 'S', ['B', 'C', 'Z']) },
  { ...parameter, verb: 'REST', syntax: 'REST offset', run: restart },
  { ...parameter, verb: 'ALLO', syntax: 'ALLO bytes', run: allocate },
  { ...parameter, verb: 'OPTS', syntax: 'OPTS MLST facts | OPTS UTF8 ON', needsLogin: false, run: options },
];

function setType(session: Session, argument: string): Reply {
  const given = argument.toUpperCase().trim();
  if (/^A(?: N)?$/.test(given)) session.type = 'A';
  else if (/^(?:I|L 8)$/.test(given)) session.type = 'I';
  else if (/^(?:E|[AE] [NTC]|L \d+)$/.test(given)) return reply(504, 'Only TYPE A and TYPE I are done here.');
  else return reply(501, 'Usage: TYPE A | I');
  return reply(200, session.type === 'A' ? 'Text, lines end with CRLF.' : 'Bytes as they are.');
}

function onlyOne(verb: string, argument: string, done: string, known: readonly string[]): Reply {
  const given = argument.toUpperCase().trim();
  if (given === done) return reply(200, `${verb} ${done}.`);
  if (known.includes(given)) return reply(504, `Only ${verb} ${done} is done here.`);
  return reply(501, `Usage: ${verb} ${done}`);
}

function restart(session: Session, argument: string): Reply {
  const offset = Number(argument.trim());
  if (!/^\d+$/.test(argument.trim()) || !Number.isSafeInteger(offset)) return reply(501, 'Usage: REST offset in bytes');
  session.restart = offset;
  return reply(350, `The next transfer starts at ${offset}.`);
}

async function allocate(session: Session, argument: string): Promise<Reply> {
  const [, digits] = /^(\d{1,15})(?: R \d{1,15})?$/i.exec(argument.trim()) ?? [];
  if (digits === undefined) return reply(501, 'Usage: ALLO bytes');
  const { bavail, bsize } = await statfs(session.login?.account.home ?? '/');
  if (bavail * bsize < Number(digits)) return reply(452, 'There is not that much room left.');
  return reply(202, 'Nothing needs to be reserved.');
}

function options(session: Session, argument: string): Reply {
  const [, verb = '', rest = ''] = /^(\S+) ?(.*)$/s.exec(argument) ?? [];
  switch (verb.toUpperCase()) {
    case 'MLST':
      return chooseFacts(session, rest);
    case 'UTF8':
    case 'UTF-8':
      if (rest === '' || rest.toUpperCase() === 'ON') return reply(200, 'Names are UTF-8.');
      return reply(501, 'Names stay UTF-8; only OPTS UTF8 ON is known.');
    default:
      return reply(501, 'OPTS knows MLST and UTF8.');
  }
}

/** Unknown facts are passed over (RFC 3659 §7.9). */
function chooseFacts(session: Session, list: string): Reply {
  if (!/^(?:[\w.-]+;)*[\w.-]*$/.test(list)) return reply(501, 'Usage: OPTS MLST fact;fact;');
  const wanted = list.toLowerCase().split(';');
  session.facts = FACTS.filter((fact) => wanted.includes(fact.toLowerCase()));
  return reply(200, `MLST OPTS ${session.facts.map((fact) => `${fact};`).join('')}`.trimEnd());
}
