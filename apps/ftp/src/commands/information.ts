/** FEAT, HELP, STAT, SYST, NOOP, CLNT: about the server and the session. */
import { FACTS } from '../listing.ts';
import { formatEndpoint } from '../peer.ts';
import { type Reply, quoted, reply } from '../replies.ts';
import type { Session } from '../session.ts';
import type { Command } from './command.ts';
import { statusOf } from './listings.ts';

/** The table gives itself, for HELP. */
export function informationCommands(known: () => readonly Command[]): readonly Command[] {
  const anybody = { needsLogin: false, argument: 'none' } as const;
  return [
    { ...anybody, verb: 'FEAT', syntax: 'FEAT', run: features },
    { ...anybody, verb: 'HELP', syntax: 'HELP [verb]', argument: 'optional', run: (_, verb) => help(known(), verb) },
    { ...anybody, verb: 'SYST', syntax: 'SYST', run: () => reply(215, 'UNIX Type: L8') },
    { ...anybody, verb: 'NOOP', syntax: 'NOOP', run: () => reply(200, 'Still here.') },
    { ...anybody, verb: 'CLNT', syntax: 'CLNT name', argument: 'required', run: () => reply(200, 'Welcome.') },
    { verb: 'STAT', syntax: 'STAT [path]', needsLogin: true, argument: 'optional', duringTransfer: true, run: status },
  ];
}

function features(session: Session): Reply {
  const facts = FACTS.map((fact) => `${fact}${session.facts.includes(fact) ? '*' : ''};`).join('');
  const lines = ['CLNT', 'EPRT', 'EPSV', 'MDTM', 'MFMT', `MLST ${facts}`, 'REST STREAM', 'SIZE', 'TVFS', 'UTF8'];
  return reply(211, 'Features:', ...lines.map((line) => ` ${line}`), 'End');
}

function help(known: readonly Command[], verb: string): Reply {
  const wanted = verb.trim().toUpperCase();
  if (wanted !== '') {
    const command = known.find((candidate) => candidate.verb === wanted);
    return command === undefined ? reply(502, 'Unknown command.') : reply(214, command.syntax);
  }
  const verbs = known.map((command) => command.verb).sort();
  const lines = [];
  for (let i = 0; i < verbs.length; i += 10) lines.push(` ${verbs.slice(i, i + 10).join(' ')}`);
  return reply(214, 'Commands:', ...lines, 'HELP and a verb shows its syntax.');
}

async function status(session: Session, path: string): Promise<Reply> {
  if (path !== '') return await statusOf(session, path);
  const { transfer, port, control, login } = session;
  return reply(
    211,
    'Status:',
    ` Connected from ${formatEndpoint(control.peer)}`,
    ` Logged in as ${login?.account.name}`,
    ` Current folder ${quoted(session.folderPath)}`,
    ` TYPE ${session.type}, STRU F, MODE S`,
    transfer
      ? ` Transfer: ${transfer.label}, ${transfer.bytes} bytes so far`
      : ` Data port: ${port?.description ?? 'none'}`,
    'End.',
  );
}
