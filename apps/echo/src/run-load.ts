/** The command `load`: runs it, with a line that lives while somebody looks, and prints what it came to. */
import { writeFileSync } from 'node:fs';
import { Load } from './load.ts';
import type { LoadOptions } from './load.ts';
import { asJson, asSvg, asText, progressLine } from './report.ts';

export interface LoadCommandOptions extends LoadOptions {
  readonly json?: boolean;
  /** A file for a picture of the latencies. */
  readonly plot?: string;
}

/** How often the line changes, in milliseconds. */
const BEAT = 200;

/** Raises the OSError of a server that is not there. Sets the exit status 1 if any answer was missing. */
export async function runLoad({ json = false, plot, ...options }: LoadCommandOptions): Promise<void> {
  const load = new Load(options);
  const show = (): boolean => process.stderr.write(`\r${progressLine(load.result(), load.latencies)}\u{1b}[K`);
  const beat = process.stderr.isTTY ? setInterval(show, BEAT) : undefined;
  const result = await load.run();
  clearInterval(beat);
  if (beat !== undefined) process.stderr.write('\r\u{1b}[K');
  console.log(json ? asJson(result, load.latencies) : asText(result, load.latencies));
  if (plot !== undefined) writeFileSync(plot, asSvg(result, load.latencies));
  if (result.errors > 0) process.exitCode = 1;
}
