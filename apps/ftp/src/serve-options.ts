/** The options of `p8-ftp serve`, checked: every refusal names the option and what it takes. */
import { InvalidArgumentError } from 'commander';
import { BlockList, isIP, isIPv4 } from 'node:net';
import type { PortRange } from './data-connection.ts';

/** A whole number in a range. */
export function integer(from: number, to: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < from || number > to)
      throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
    return number;
  };
}

/** A time in seconds, at the most a day. */
export function seconds(text: string): number {
  const number = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || number <= 0 || number > 86_400)
    throw new InvalidArgumentError('It must be a number of seconds, more than 0 and at most 86400.');
  return number;
}

/** `50000-50100`. */
export function portRange(text: string): PortRange {
  const [, from = '', to = ''] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const range = [Number(from), Number(to)] as const;
  if (from === '' || range[0] < 1024 || range[1] > 65_535 || range[0] > range[1])
    throw new InvalidArgumentError('It must be two ports from 1024 to 65535, as in 50000-50100.');
  return range;
}

/** What PASV can name: four numbers. */
export function ipv4Address(text: string): string {
  if (!isIPv4(text))
    throw new InvalidArgumentError('It must be an IPv4 address, as in 203.0.113.7; a name will not do.');
  return text;
}

/** `192.168.0.0/16`, or one address; may be given again. */
export function network(text: string, list: BlockList = new BlockList()): BlockList {
  const [address = '', prefix] = text.split('/');
  const family = isIP(address);
  const bits = family === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  if (family === 0 || !/^\d*$/.test(prefix ?? '') || prefix === '' || length > bits)
    throw new InvalidArgumentError('It must be a network as in 192.168.0.0/16.');
  list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
  return list;
}
