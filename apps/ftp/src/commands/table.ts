/** All commands of this server, by verb. */
import { accessCommands } from './access.ts';
import type { Command } from './command.ts';
import { dataPortCommands } from './data-port.ts';
import { fileCommands } from './files.ts';
import { folderCommands } from './folders.ts';
import { informationCommands } from './information.ts';
import { listingCommands } from './listings.ts';
import { parameterCommands } from './parameters.ts';
import { transferCommands } from './transfers.ts';

/** Known to FTP and not done here: 502, where an unknown verb is 500 (RFC 959 §4.2). */
const NOT_DONE = ['SMNT', 'LPRT', 'LPSV', 'LANG', 'HOST', 'AUTH', 'PBSZ', 'PROT', 'CCC', 'ADAT', 'MIC', 'CONF', 'ENC'];

const notDone: readonly Command[] = NOT_DONE.map((verb) => ({
  verb,
  syntax: verb,
  needsLogin: false,
  argument: 'optional',
  run: () => ({ code: 502, lines: [`${verb} is not done by this server.`] }),
}));

const table: ReadonlyMap<string, Command> = new Map(
  [
    ...accessCommands,
    ...folderCommands,
    ...fileCommands,
    ...transferCommands,
    ...listingCommands,
    ...parameterCommands,
    ...dataPortCommands,
    ...informationCommands(() => knownCommands()),
    ...notDone,
  ].flatMap((command) => [[command.verb, command] as const, ...oldName(command)]),
);

/** The command of a verb in capitals; undefined for an unknown one. */
export function findCommand(verb: string): Command | undefined {
  return table.get(verb);
}

function knownCommands(): Command[] {
  return [...new Set(table.values())].filter((command) => !NOT_DONE.includes(command.verb));
}

/** RFC 775 has four-letter names with X; tnftp and others of its age fall back on them. */
function oldName(command: Command): (readonly [string, Command])[] {
  const old = { CWD: 'XCWD', CDUP: 'XCUP', MKD: 'XMKD', RMD: 'XRMD', PWD: 'XPWD' }[command.verb];
  return old === undefined ? [] : [[old, command]];
}
