/** Reading the options that the bench programs share; each throws the sentence that names the option. */
import { type ServerName, serverNames } from './server.ts';

/** The servers named on the command line; `undefined` for all. */
export function parseServers(names: readonly string[] | undefined): readonly ServerName[] | undefined {
  return names?.map(parseServer);
}

/** A number above 0. */
export function parsePositive(option: string, text: string): number {
  const number = Number(text);
  if (!(number > 0 && number < Infinity)) throw new Error(`${option}: expected a number above 0, got ${text}`);
  return number;
}

/** A whole number above 0. */
export function parseCount(option: string, text: string): number {
  const number = parsePositive(option, text);
  if (!Number.isInteger(number)) throw new Error(`${option}: expected a whole number, got ${text}`);
  return number;
}

function parseServer(name: string): ServerName {
  const known = serverNames.find((server) => server === name);
  if (known === undefined) throw new Error(`--server: there is no ${name}; there are ${serverNames.join(', ')}`);
  return known;
}
