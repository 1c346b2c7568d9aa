/**
 * The data connection of one transfer. Passive: the server names a port, and we connect to it **at the control peer's
 * address**, whatever host it names (CVE-2020-8284, CVE-2021-4189). Active: we name a port, and only the control peer may
 * come; strangers are dropped, and the wait goes on.
 */
import { AF_INET, AF_INET6, createServer, Socket } from '@p8/socket';
import type { Address, InternetAddress, WaitOptions } from '@p8/socket';
import type { Control } from './control.ts';
import { PermanentError } from './errors.ts';
import { extendedPassivePort, passivePort } from './reply-fields.ts';

/** A data connection on its way. */
export interface Data extends Disposable {
  /** The connection; in active mode it is waited for, and is made by the server after its first reply. */
  connected(options: WaitOptions): Promise<Socket>;
}

/** What the session has learnt about its server. */
export interface DataMode {
  passive: boolean;
  /** Set when the server does not know EPSV. */
  noExtended: boolean;
  /** The control connection was given its own address; data must come from the same one. */
  readonly isBound: boolean;
}

/** Prepares a data connection. Raises the ReplyError of a server that refuses, and the OSErrors of connecting. */
export function openData(control: Control, mode: DataMode, options: WaitOptions): Promise<Data> {
  return mode.passive ? connectPassive(control, mode, options) : listenActive(control, options);
}

async function connectPassive(control: Control, mode: DataMode, options: WaitOptions): Promise<Data> {
  const port = await askPort(control, mode, options);
  const [host, , flowinfo = 0, scopeid = 0] = control.peer;
  const isIPv6 = control.peer.length > 2;
  const socket = new Socket(isIPv6 ? AF_INET6 : AF_INET);
  try {
    socket.settimeout(control.timeout);
    if (mode.isBound) socket.bind(anyPort(control.own));
    await socket.connect(isIPv6 ? [host, port, flowinfo, scopeid] : [host, port], options);
  } catch (error) {
    socket.close();
    throw error;
  }
  return { connected: async () => socket, [Symbol.dispose]: () => socket.close() };
}

async function askPort(control: Control, mode: DataMode, options: WaitOptions): Promise<number> {
  if (!mode.noExtended) {
    try {
      return extendedPassivePort(await control.command('2', 'EPSV', options));
    } catch (error) {
      // PASV can name IPv4 addresses only
      if (!(error instanceof PermanentError) || !isIPv4(control.peer)) throw error;
      mode.noExtended = true;
    }
  }
  return passivePort(await control.command('2', 'PASV', options));
}

async function listenActive(control: Control, options: WaitOptions): Promise<Data> {
  const { own, peer, timeout } = control;
  const family = own.length > 2 ? AF_INET6 : AF_INET;
  const listener = createServer(anyPort(own), { family, backlog: 1 });
  let socket: Socket | undefined;
  const dispose = () => {
    listener.close();
    socket?.close();
  };
  try {
    listener.settimeout(timeout);
    const [, port] = listener.getsockname() as InternetAddress;
    await control.command('2', portCommand(plainHost(own), port), options);
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    async connected(options) {
      socket = await acceptFrom(listener, peer, options);
      socket.settimeout(timeout);
      listener.close();
      return socket;
    },
    [Symbol.dispose]: dispose,
  };
}

function portCommand(host: string, port: number): string {
  if (host.includes(':')) return `EPRT |2|${host}|${port}|`;
  return `PORT ${host.replaceAll('.', ',')},${port >> 8},${port & 255}`;
}

async function acceptFrom(listener: Socket, peer: InternetAddress, options: WaitOptions): Promise<Socket> {
  for (;;) {
    const [socket, address] = await listener.accept(options);
    if (plainHost(address) === plainHost(peer)) return socket;
    socket.close();
  }
}

/** The host without IPv4's disguise as IPv6, which a socket for both shows, and without a zone. */
function plainHost(address: Address): string {
  const host = (address as InternetAddress)[0].replace(/%.*$/, '');
  return host.startsWith('::ffff:') && host.includes('.') ? host.slice('::ffff:'.length) : host;
}

/** The same host with any free port. */
function anyPort([host, , flowinfo, scopeid = 0]: InternetAddress): InternetAddress {
  return flowinfo === undefined ? [host, 0] : [host, 0, flowinfo, scopeid];
}

function isIPv4(address: InternetAddress): boolean {
  return !plainHost(address).includes(':');
}
