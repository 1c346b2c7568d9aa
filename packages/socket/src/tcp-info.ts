/** What the kernel knows of a TCP connection: `struct tcp_info` of linux/tcp.h, tcp(7). */

/** The states of tcp(7), by number. */
const STATES = [
  '',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'NEW_SYN_RECV',
] as const;

/** The fields behind the first eight bytes, in their order, none of them with a gap before it. */
const FIELDS = [
  ['rto', 'microseconds'],
  ['ato', 'microseconds'],
  ['sndMss', 'uint32'],
  ['rcvMss', 'uint32'],
  ['unacked', 'uint32'],
  ['sacked', 'uint32'],
  ['lost', 'uint32'],
  ['retrans', 'uint32'],
  ['fackets', 'uint32'],
  ['lastDataSent', 'milliseconds'],
  ['lastAckSent', 'milliseconds'],
  ['lastDataRecv', 'milliseconds'],
  ['lastAckRecv', 'milliseconds'],
  ['pmtu', 'uint32'],
  ['rcvSsthresh', 'uint32'],
  ['rtt', 'microseconds'],
  ['rttvar', 'microseconds'],
  ['sndSsthresh', 'uint32'],
  ['sndCwnd', 'uint32'],
  ['advmss', 'uint32'],
  ['reordering', 'uint32'],
  ['rcvRtt', 'microseconds'],
  ['rcvSpace', 'uint32'],
  ['totalRetrans', 'uint32'],
  ['pacingRate', 'uint64'],
  ['maxPacingRate', 'uint64'],
  ['bytesAcked', 'uint64'],
  ['bytesReceived', 'uint64'],
  ['segsOut', 'uint32'],
  ['segsIn', 'uint32'],
  ['notsentBytes', 'uint32'],
  ['minRtt', 'microseconds'],
  ['dataSegsIn', 'uint32'],
  ['dataSegsOut', 'uint32'],
  ['deliveryRate', 'uint64'],
  ['busyTime', 'microseconds64'],
  ['rwndLimited', 'microseconds64'],
  ['sndbufLimited', 'microseconds64'],
  ['delivered', 'uint32'],
  ['deliveredCe', 'uint32'],
  ['bytesSent', 'uint64'],
  ['bytesRetrans', 'uint64'],
  ['dsackDups', 'uint32'],
  ['reordSeen', 'uint32'],
  ['rcvOoopack', 'uint32'],
  ['sndWnd', 'uint32'],
] as const;

type Field = (typeof FIELDS)[number][0];

/**
 * The fields of `struct tcp_info` in camelCase; all times are in seconds, rates in bytes a second. What an older kernel
 * does not tell is undefined.
 */
export type TcpInfo = { readonly [Name in Field]?: number } & {
  readonly state: Exclude<(typeof STATES)[number], ''>;
  readonly caState: number;
  readonly retransmits: number;
  readonly probes: number;
  readonly backoff: number;
  /** The TCPI_OPT flags. */
  readonly options: number;
  readonly sndWscale: number;
  readonly rcvWscale: number;
};

/** The most that a kernel of today gives, and room for more. */
export const TCP_INFO_SIZE = 512;
const FIRST_FIELD = 8;
const UNLIMITED = 2n ** 64n - 1n;

/** Reads as many fields as there are. */
export function readTcpInfo(struct: Uint8Array): TcpInfo {
  const view = new DataView(struct.buffer, struct.byteOffset, struct.byteLength);
  const [state = 0, caState = 0, retransmits = 0, probes = 0, backoff = 0, options = 0, scales = 0] = struct;
  const fields: { [Name in Field]?: number } = {};
  let offset = FIRST_FIELD;
  for (const [name, type] of FIELDS) {
    const size = type.endsWith('64') ? 8 : 4;
    if (offset + size > struct.length) break;
    fields[name] =
      size === 8 ? scaled64(view.getBigUint64(offset, true), type) : scaled(view.getUint32(offset, true), type);
    offset += size;
  }
  return {
    state: (STATES[state] ?? 'CLOSE') as TcpInfo['state'],
    caState,
    retransmits,
    probes,
    backoff,
    options,
    sndWscale: scales & 15,
    rcvWscale: scales >> 4,
    ...fields,
  };
}

function scaled(value: number, type: string): number {
  if (type === 'microseconds') return value / 1e6;
  return type === 'milliseconds' ? value / 1000 : value;
}

function scaled64(value: bigint, type: string): number {
  if (value === UNLIMITED) return Infinity;
  return type === 'microseconds64' ? Number(value) / 1e6 : Number(value);
}
