/** Every server class and family, with what the suites override. Threads import them, so they stand in a module of their own. */
import { AF_INET6 } from '@p8/socket';
import {
  AsyncTCPServer,
  AsyncUDPServer,
  AsyncUnixDatagramServer,
  AsyncUnixStreamServer,
  ForkingMixIn,
  ForkingTCPServer,
  ForkingUDPServer,
  ForkingUnixDatagramServer,
  ForkingUnixStreamServer,
  TCPServer,
  ThreadingMixIn,
  ThreadingTCPServer,
  ThreadingUDPServer,
  ThreadingUnixDatagramServer,
  ThreadingUnixStreamServer,
  UDPServer,
  UnixDatagramServer,
  UnixStreamServer,
} from '../src/index.ts';

export class TCP6Server extends TCPServer {
  static override addressFamily: number = AF_INET6;
}

export class UDP6Server extends UDPServer {
  static override addressFamily: number = AF_INET6;
}

export class ThreadingTCP6Server extends ThreadingMixIn(TCP6Server) {}

export class ThreadingUDP6Server extends ThreadingMixIn(UDP6Server) {}

export class ForkingTCP6Server extends ForkingMixIn(TCP6Server) {}

export class ForkingUDP6Server extends ForkingMixIn(UDP6Server) {}

// oxlint-disable-next-line typescript/no-explicit-any -- the language asks a mix-in for a constructor of any arguments
type ServerClass = new (...args: any[]) => TCPServer<any>;

/** Counts the requests that did not come. */
function patient<Base extends ServerClass>(Base: Base): Base {
  return class extends Base {
    timeouts = 0;
    override handleTimeout(): void {
      this.timeouts++;
    }
  };
}

export const PatientTCP = patient(TCPServer);
export const PatientTCP6 = patient(TCP6Server);
export const PatientUnixStream = patient(UnixStreamServer);
export const PatientAsyncTCP = patient(AsyncTCPServer);
export const PatientAsyncUnixStream = patient(AsyncUnixStreamServer);
export const PatientThreadingTCP = patient(ThreadingTCPServer);
export const PatientThreadingTCP6 = patient(ThreadingTCP6Server);
export const PatientThreadingUnixStream = patient(ThreadingUnixStreamServer);
export const PatientForkingTCP = patient(ForkingTCPServer);
export const PatientForkingTCP6 = patient(ForkingTCP6Server);
export const PatientForkingUnixStream = patient(ForkingUnixStreamServer);
export const PatientUDP = patient(UDPServer);
export const PatientUDP6 = patient(UDP6Server);
export const PatientUnixDatagram = patient(UnixDatagramServer);
export const PatientAsyncUDP = patient(AsyncUDPServer);
export const PatientAsyncUnixDatagram = patient(AsyncUnixDatagramServer);
export const PatientThreadingUDP = patient(ThreadingUDPServer);
export const PatientThreadingUDP6 = patient(ThreadingUDP6Server);
export const PatientThreadingUnixDatagram = patient(ThreadingUnixDatagramServer);
export const PatientForkingUDP = patient(ForkingUDPServer);
export const PatientForkingUDP6 = patient(ForkingUDP6Server);
export const PatientForkingUnixDatagram = patient(ForkingUnixDatagramServer);
