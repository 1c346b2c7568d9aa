#!/usr/bin/env node
/** The command line of `p8-echo`. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { OSError } from '@p8/errors';
import { send } from './send.ts';
import type { SendOptions } from './send.ts';
import { runLoad } from './run-load.ts';
import type { LoadCommandOptions } from './run-load.ts';
import { serve } from './serve.ts';
import type { ServeOptions } from './serve.ts';
import { modes } from './transport.ts';

const program = new Command('p8-echo').description(
  'An echo server, in upper case, its client, and a load generator, on every server class',
);

command('serve', 'answer every message in upper case; Ctrl-C ends it')
  .addOption(new Option('--mode <where>', 'where handlers run').choices(modes).default('async'))
  .option('--quiet', 'print no messages')
  .option('--tls-key <file>', 'speak TLS, with this key')
  .option('--tls-cert <file>', 'and this certificate')
  .action((options: ServeOptions) => serve(options));
command('send', 'send one message and print the answer')
  .argument('<words...>', 'what to send')
  .option('--timeout <seconds>', 'how long to wait for each step', seconds, 10)
  .action((words: string[], options: SendOptions) => send(words, options));

command('load', 'send as many messages as the server answers, and say how long that took')
  .option('-c, --connections <count>', 'connections, each with one message under way', count, 64)
  .option('--rate <number>', 'messages a second, of all together; 0 is as fast as possible', rate, 0)
  .option('--size <bytes>', 'bytes of a message, 65507 at most', count, 64)
  .option('--duration <seconds>', 'how long', seconds, 10)
  .option('--once', 'a connection of its own for each message')
  .option('--timeout <seconds>', 'how long to wait for an answer', seconds, 10)
  .option('--json', 'print JSON')
  .option('--plot <file>', 'write a picture of the latencies, as SVG')
  .action((options: LoadCommandOptions) => runLoad(options));

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof OSError)) throw error;
  console.error(`p8-echo: ${explain(error)}`);
  process.exitCode = 1;
}

/** A subcommand with a flag for each server class. */
function command(name: string, description: string): Command {
  const unix = new Option('--unix <path>', 'a unix stream socket: UnixStreamServer').conflicts(['tcp', 'udp']);
  const datagram = new Option('--unix-datagram <path>', 'a unix datagram socket: UnixDatagramServer');
  return program
    .command(name)
    .description(description)
    .option('--host <name>', 'the host of TCP and UDP', 'localhost')
    .option('--port <number>', 'the port of TCP and UDP', port, 9999)
    .option('--tcp', 'TCP: TCPServer (the default)')
    .addOption(new Option('--udp', 'UDP: UDPServer').conflicts('tcp'))
    .addOption(unix)
    .addOption(datagram.conflicts(['tcp', 'udp', 'unix']));
}

function port(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 65535) return Number(text);
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}

function seconds(text: string): number {
  if (Number(text) > 0 && Number.isFinite(Number(text))) return Number(text);
  throw new InvalidArgumentError('A time limit is a number of seconds above 0.');
}

function count(text: string): number {
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_507) return Number(text);
  throw new InvalidArgumentError('A count is a whole number from 1 to 65507.');
}

function rate(text: string): number {
  if (Number(text) >= 0 && Number.isFinite(Number(text))) return Number(text);
  throw new InvalidArgumentError('A rate is a number from 0.');
}

function explain({ code, message }: OSError): string {
  if (code === 'EADDRINUSE') return `${message}: another server has that address, or left its path behind`;
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return `${message}: is p8-echo serve running there?`;
  return message;
}
