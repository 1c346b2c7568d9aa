// The socket
export { Socket, Socket as SocketType } from './socket.ts';
export type { SocketOptions } from './open-socket.ts';
export { socket } from './factory.ts';
export { socketpair } from './socketpair.ts';
export { createConnection, createConnectionSync } from './create-connection.ts';
export type { CreateConnectionOptions } from './create-connection.ts';
export { createServer, hasDualstackIpv6, hasIpv6 } from './create-server.ts';
export type { CreateServerOptions } from './create-server.ts';
export { SocketFile } from './socket-file.ts';
export { SocketStream } from './socket-stream.ts';
export { TextSocketFile } from './text-socket-file.ts';
export type { Newline } from './text-socket-file.ts';
export type { CodingErrors, TextEncoding } from './text-codec.ts';
export type { SocketFileMode, SocketFileOptions, TextSocketFileOptions } from './makefile.ts';
export type { RecordOptions } from './stream-socket.ts';

// Other forms of a stream
export type { ToNetOptions } from './to-net.ts';
export type { ToDuplexOptions } from './to-duplex.ts';
export type { WebStreams } from './to-web.ts';

// TLS
export { wrapTls, wrapTlsSync } from './wrap-tls.ts';
export { TlsSocket } from './tls-socket.ts';
export type { TlsOptions, TlsSyncOptions } from './tls-options.ts';

// What its calls take and give
export type { Address } from './address.ts';
export type { BluetoothAddress } from './address/bluetooth.ts';
export type { CanAddress } from './address/can.ts';
export type { QipcrtrAddress, TipcAddress } from './address/cluster.ts';
export type { InternetAddress } from './address/internet.ts';
export type { AlgAddress, NetlinkAddress, VsockAddress } from './address/kernel.ts';
export type { PacketAddress } from './address/packet.ts';
export type { Bytes } from './bytes.ts';
export type { SendallError } from './send-operations.ts';
export type { SendfileOptions } from './sendfile.ts';
export type { Seconds, WaitOptions } from './wait.ts';

export { closeFd, dupFd, fromfd } from './fromfd.ts';
export { passFd } from './pass-fd.ts';

// Messages
export { CMSG_LEN, CMSG_SPACE } from './ancillary.ts';
export type { AncillaryItem } from './ancillary.ts';
export {
  credentials,
  credentialsOf,
  descriptors,
  descriptorsOf,
  packetInfo,
  packetInfoOf,
  queuedErrorOf,
  segmentSize,
  segmentSizeOf,
  timestampOf,
  timestampsOf,
  timeToLiveOf,
  trafficClassOf,
} from './control-messages.ts';
export type { Credentials, PacketInfo, QueuedError } from './control-messages.ts';
export type { AfalgRequest } from './afalg.ts';
export { recvFds, recvFdsSync, sendFds, sendFdsSync } from './send-fds.ts';

// Options
export * as options from './socket-options.ts';
export type { Keepalive, Option, OptionTarget, Reading } from './socket-options.ts';
export type { TcpInfo } from './tcp-info.ts';
export { groupReq, groupSourceReq, ipMreqn, ipv6Mreq, linger, timeval } from './option-structs.ts';
export { joinGroup, leaveGroup, setMulticastDevice } from './multicast.ts';
export type { GroupOptions } from './multicast.ts';

// Names
export { getaddrinfo, getaddrinfoSync } from './resolve.ts';
export type { ResolvedAddress } from './resolve.ts';
export type { ResolveOptions } from './lookup.ts';
export {
  getfqdn,
  getfqdnSync,
  gethostbyaddr,
  gethostbyaddrSync,
  gethostbyname,
  gethostbynameEx,
  gethostbynameExSync,
  gethostbynameSync,
  getnameinfo,
  getnameinfoSync,
} from './hosts.ts';
export type { HostEntry } from './hosts.ts';
export { gethostname, sethostname } from './hostname.ts';
export { getprotobyname, getservbyname, getservbyport } from './services.ts';
export { ifIndextoname, ifNameindex, ifNametoindex } from './interfaces.ts';

// Numbers and addresses
export { htonl, htons, ntohl, ntohs } from './byte-order.ts';
export { inetAton, inetNtoa, inetNtop, inetPton } from './inet.ts';

// Time limits
export { getdefaulttimeout, setdefaulttimeout } from './default-timeout.ts';

// Errors
export { IncompleteReadError, LimitOverrunError } from './record-errors.ts';
export { gaierror, herror } from './gaierror.ts';
export { SSLCertVerificationError, SSLEOFError, SSLError } from './tls-errors.ts';
export { OSError as error, TimeoutError as timeout } from '@p8/errors';
export { EAGAIN, EAGAIN as EWOULDBLOCK, EBADF } from './wait.ts';

// Constants, as the platform's headers have them
export { AddressFamily, AddressInfo, MsgFlag, SocketKind } from './enums.ts';
export * from './constants.ts';
