// Every function of the addon, once: name in JavaScript, C++ function, number of arguments. The contract test compares
// this list with the interface in src/syscalls.ts.
#pragma once

#include <node_api.h>

#define P8_FUNCTIONS(F)              \
  F(socket, Socket, 3)               \
  F(socketpair, Socketpair, 4)       \
  F(bind, Bind, 2)                   \
  F(listen, Listen, 2)               \
  F(accept4, Accept4, 2)             \
  F(connect, Connect, 2)             \
  F(send, Send, 5)                   \
  F(recv, Recv, 5)                   \
  F(sendto, Sendto, 4)               \
  F(recvfrom, Recvfrom, 6)           \
  F(recvmsg, Recvmsg, 6)             \
  F(recvFds, RecvFds, 3)             \
  F(sendmsg, Sendmsg, 5)             \
  F(recvmmsg, Recvmmsg, 8)           \
  F(sendmmsg, Sendmmsg, 6)           \
  F(handOver, HandOver, 1)           \
  F(shutdown, Shutdown, 2)           \
  F(getsockname, Getsockname, 2)     \
  F(getpeername, Getpeername, 2)     \
  F(getsockopt, Getsockopt, 4)       \
  F(setsockopt, Setsockopt, 5)       \
  F(close, Close, 1)                 \
  F(dup, Dup, 1)                     \
  F(fcntl, Fcntl, 3)                 \
  F(lseek, Lseek, 3)                 \
  F(preadv2, Preadv2, 4)             \
  F(ppoll, Ppoll, 3)                 \
  F(ppollAny, PpollAny, 3)           \
  F(pollBriefly, PollBriefly, 3)     \
  F(fallocate, Fallocate, 2)         \
  F(memfdCreate, MemfdCreate, 1)     \
  F(mmap, Mmap, 3)                   \
  F(munmap, Munmap, 2)               \
  F(mallopt, Mallopt, 2)             \
  F(futexWait, FutexWait, 5)         \
  F(futexWake, FutexWake, 3)         \
  F(futexOpen, FutexOpen, 1)         \
  F(futexListen, FutexListen, 5)     \
  F(futexForget, FutexForget, 1)     \
  F(lifeOpen, LifeOpen, 1)           \
  F(lifeClaim, LifeClaim, 0)         \
  F(lifeEnded, LifeEnded, 1)         \
  F(spawn, Spawn, 4)                 \
  F(waitpid, Waitpid, 2)             \
  F(endWith, EndWith, 1)             \
  F(holdSigint, HoldSigint, 0)       \
  F(releaseSigint, ReleaseSigint, 0) \
  F(parcelSend, ParcelSend, 1)       \
  F(parcelTake, ParcelTake, 1)       \
  F(uvIsReading, UvIsReading, 1)     \
  F(getaddrinfo, Getaddrinfo, 6)     \
  F(getnameinfo, Getnameinfo, 2)     \
  F(gethostbyname, Gethostbyname, 1) \
  F(gethostbyaddr, Gethostbyaddr, 1) \
  F(lookupWait, LookupWait, 2)       \
  F(lookupCancel, LookupCancel, 1)   \
  F(lookupTake, LookupTake, 1)       \
  F(gaiStrerror, GaiStrerror, 1)     \
  F(hstrerror, Hstrerror, 1)         \
  F(getservbyname, Getservbyname, 2) \
  F(getservbyport, Getservbyport, 2) \
  F(getprotobyname, Getprotobyname, 1) \
  F(ifNameindex, IfNameindex, 0)     \
  F(ifNametoindex, IfNametoindex, 1) \
  F(ifIndextoname, IfIndextoname, 1) \
  F(gethostname, Gethostname, 0)     \
  F(sethostname, Sethostname, 1)     \
  F(reactorOpen, ReactorOpen, 1)     \
  F(reactorSlab, ReactorSlab, 1)     \
  F(reactorSpare, ReactorSpare, 2)   \
  F(reactorAdd, ReactorAdd, 2)       \
  F(reactorWatch, ReactorWatch, 2)   \
  F(reactorClose, ReactorClose, 1)   \
  F(reactorRelease, ReactorRelease, 1) \
  F(reactorAbandon, ReactorAbandon, 1) \
  F(reactorRef, ReactorRef, 0)

namespace p8 {

#define P8_DECLARE(name, function, arguments) napi_value function(napi_env env, napi_callback_info info);
P8_FUNCTIONS(P8_DECLARE)
#undef P8_DECLARE

}  // namespace p8
