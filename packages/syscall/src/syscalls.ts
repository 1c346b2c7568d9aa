/**
 * The contract between C++ and TypeScript: one line a call, named as in its man page. A call takes numbers and views and
 * returns a number: a value, or minus errno. None waits, but those that say so. Callers have checked their arguments.
 * A kernel address is written into a view of {@link SOCKADDR_SIZE} bytes: 128 of sockaddr, then its length (uint32).
 */
export interface Syscalls {
  readonly constants: Readonly<Record<string, number>>;

  // socket(2), socketpair(2), bind(2), listen(2), accept4(2), connect(2), shutdown(2): born O_NONBLOCK | O_CLOEXEC
  socket(domain: number, type: number, protocol: number): number;
  socketpair(domain: number, type: number, protocol: number, pair: Int32Array): number;
  bind(fd: number, address: Uint8Array): number;
  listen(fd: number, backlog: number): number;
  accept4(fd: number, address: Uint8Array): number;
  connect(fd: number, address: Uint8Array): number;
  shutdown(fd: number, how: number): number;

  // send(2), recv(2) and their kin; MSG_NOSIGNAL is always added
  send(fd: number, data: Uint8Array, offset: number, length: number, flags: number): number;
  sendto(fd: number, data: Uint8Array, flags: number, address: Uint8Array): number;
  recv(fd: number, target: Uint8Array, offset: number, length: number, flags: number): number;
  recvfrom(fd: number, target: Uint8Array, offset: number, length: number, flags: number, address: Uint8Array): number;

  /**
   * recvmsg(2) with MSG_CMSG_CLOEXEC into several views. `out` receives the flags of the message and the length of the
   * control data. Descriptors in it are closed with the environment until {@link handOver} tells that the program has them.
   */
  recvmsg(
    fd: number,
    targets: readonly Uint8Array[],
    control: Uint8Array,
    flags: number,
    address: Uint8Array,
    out: Int32Array,
  ): number;
  /**
   * recvmsg(2) of a stream into one view, with MSG_CMSG_CLOEXEC; `out`, of 254 numbers, receives how many descriptors came along, and
   * those, which are closed with the environment until {@link handOver}.
   */
  recvFds(fd: number, target: Uint8Array, out: Int32Array): number;
  /** sendmsg(2) of several views; an empty `address` is none. */
  sendmsg(fd: number, buffers: readonly Uint8Array[], control: Uint8Array, flags: number, address: Uint8Array): number;
  /**
   * recvmmsg(2) of up to `count` (at most 256) datagrams of up to `size` bytes, for which `target` has room behind `offset`.
   * Returns how many came, with their lengths and senders; each stands at the next multiple of 8 behind the one before.
   */
  recvmmsg(
    fd: number,
    target: Uint8Array,
    offset: number,
    size: number,
    count: number,
    flags: number,
    addresses: Uint8Array,
    lengths: Int32Array,
  ): number;
  /** sendmmsg(2) of `count` (at most 256) datagrams, one right behind the other in `data`; an address of length 0 is none. */
  sendmmsg(
    fd: number,
    data: Uint8Array,
    count: number,
    flags: number,
    addresses: Uint8Array,
    lengths: Int32Array,
  ): number;
  /** A received descriptor belongs to the program from now on. */
  handOver(fd: number): number;

  // getsockname(2), getpeername(2), getsockopt(2), setsockopt(2); getsockopt returns the length of the value
  getsockname(fd: number, address: Uint8Array): number;
  getpeername(fd: number, address: Uint8Array): number;
  getsockopt(fd: number, level: number, name: number, value: Uint8Array): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array | null, length: number): number;

  // close(2), dup(2) with FD_CLOEXEC, fcntl(2), lseek(2), preadv2(2) into one view
  close(fd: number): number;
  dup(fd: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  lseek(fd: number, offset: number, whence: number): number;
  preadv2(fd: number, target: Uint8Array, position: number, flags: number): number;

  /**
   * ppoll(2). **Blocks** for at most `seconds` (negative: no limit). Returns the events, 0 when the time is over, -EINTR
   * after SIGINT on the main thread, -ECANCELED when this environment is being ended.
   */
  ppoll(fd: number, events: number, seconds: number): number;
  /** As {@link ppoll}, for up to 1024 descriptors; returns the index of the first that is ready, plus 1. */
  ppollAny(fds: Int32Array, events: number, seconds: number): number;
  /**
   * ppoll(2) of such descriptors for at most `seconds`, 0.001 or less, which nothing ends but what the event loop waits for;
   * returns how many are ready.
   */
  pollBriefly(fds: Int32Array, events: number, seconds: number): number;
  /** sigaction(2): installs for many waits of the main thread what {@link ppoll} installs for one, until {@link releaseSigint}. */
  holdSigint(): number;
  releaseSigint(): number;

  /** posix_fallocate(3): the file has so many bytes, for which there is room. */
  fallocate(fd: number, length: number): number;
  /** memfd_create(2): a file without a name, close-on-exec, that can be sealed. */
  memfdCreate(name: string): number;
  /**
   * mmap(2) of a file, shared: its bytes and a handle of the mapping. Unless `own` is 0, the descriptor is the buffer's from now
   * on, and closed with it.
   */
  mmap(fd: number, length: number, own: number): [buffer: ArrayBuffer, handle: object] | number;
  /** munmap(2): every view of the bytes is empty from now on. Once for each mapping. */
  munmap(buffer: ArrayBuffer, handle: object): number;
  /** mallopt(3): how the C library of this process keeps memory. -ENOSYS where it has no such call. */
  mallopt(parameter: number, value: number): number;

  // futex(2), futex_waitv(2) on words that processes share; `holder` is who is waited for, as lifeClaim knows him, or 0
  /**
   * **Blocks** while the word has the value, as {@link ppoll} does, for at most `seconds`. Returns 0 when the time is over, 1 if the
   * word was woken or has another value, 2 if the holder has ended.
   */
  futexWait(words: Int32Array, index: number, value: number, seconds: number, holder: number): number;
  /** Wakes at most `count`; returns how many. */
  futexWake(words: Int32Array, index: number, count: number): number;
  /** Opens what {@link futexListen} needs: `onHeard` is called with the id of each, and 1 or 2 as futexWait returns it. */
  futexOpen(onHeard: OnHeard): number;
  /** Listens to a word, once, for an id above 0: returns 0 then, and 1 or 2 if there is nothing to wait for. */
  futexListen(words: Int32Array, index: number, value: number, holder: number, id: number): number;
  /** Calls it off; returns 0 if it was heard before. */
  futexForget(id: number): number;
  /**
   * Makes a file the table of those who use the locks of the program's processes, unless there is one: see native/life.cc. Returns
   * the descriptor of the one that there is; -ENOENT for none, if fd is negative.
   */
  lifeOpen(fd: number): number;
  /** Enters this thread into the table; returns its number as a holder. -EAGAIN when it is full. */
  lifeClaim(): number;
  /** Whether a holder has ended. */
  lifeEnded(holder: number): number;

  /**
   * posix_spawn(3) of a program with arguments and variables, each ended by a NUL; `fds`, at most 8, are its descriptors from 3
   * on, no signal is blocked or handled there. Returns the process id.
   */
  spawn(path: string, args: Uint8Array, variables: Uint8Array, fds: Int32Array): number;
  /** waitpid(2) with WNOHANG: 0 while the child runs; `out` receives its exit status, or minus the signal that ended it. */
  waitpid(pid: number, out: Int32Array): number;
  /** Ends this process, by SIGTERM and a second later by SIGKILL, when the other side of a socket has gone. */
  endWith(fd: number): number;

  /**
   * A duplicate of the descriptor on its way to another thread, as memory to put into a message: see native/parcel.cc. It
   * is closed when nobody can take it any more. -ENOSYS before Node 24.16.
   */
  parcelSend(fd: number): SharedArrayBuffer | number;
  /** The descriptor of a parcel, close-on-exec, now the caller's; -EBADF when it was taken before. */
  parcelTake(parcel: Uint8Array): number;
  /** Whether Node reads from this stream: no longer once it has met the end of file. uv_walk(3) */
  uvIsReading(fd: number): number;

  /** getaddrinfo(3) on a thread: returns an id, which the reactor announces as resolved. */
  getaddrinfo(
    host: string | null,
    service: string | null,
    family: number,
    type: number,
    protocol: number,
    flags: number,
  ): number;
  /** getnameinfo(3), gethostbyname(3) and gethostbyaddr(3) of a sockaddr, likewise. */
  getnameinfo(address: Uint8Array, flags: number): number;
  gethostbyname(host: string): number;
  gethostbyaddr(address: Uint8Array): number;
  /** **Blocks** as {@link ppoll} does until the look-up has ended; returns 1 then. */
  lookupWait(id: number, seconds: number): number;
  /** Forgets a look-up; its thread ends by itself. */
  lookupCancel(id: number): number;
  /** The packed answer of a finished look-up: see native/lookup.h. */
  lookupTake(id: number): Uint8Array | number;
  /** gai_strerror(3) */
  gaiStrerror(code: number): string;
  /** hstrerror(3) */
  hstrerror(code: number): string;

  // getservbyname(3), getservbyport(3), getprotobyname(3): -ENOENT for what there is not; null is any protocol
  getservbyname(name: string, protocol: string | null): number;
  getservbyport(port: number, protocol: string | null): string | number;
  getprotobyname(name: string): number;

  // if_nameindex(3), if_nametoindex(3), if_indextoname(3), gethostname(2), sethostname(2)
  ifNameindex(): [index: number, name: string][] | number;
  ifNametoindex(name: string): number;
  ifIndextoname(index: number): string | number;
  gethostname(): string | number;
  sethostname(name: string): number;

  // The reactor: see native/reactor.cc and reactor-memory.ts
  /** Opens the environment's reactor; returns its shared memory. `onBatch` is called once for each batch of results. */
  reactorOpen(onBatch: () => void): ArrayBuffer | number;
  /** Gives the reactor fresh memory to receive into. */
  reactorSlab(slab: Uint8Array): number;
  /** Puts a block to lend into a place; the stack of free places in the shared memory is the caller's to keep. */
  reactorSpare(place: number, block: ArrayBuffer): number;
  /** Enters a descriptor into the table; returns its slot. */
  reactorAdd(fd: number, kind: number): number;
  /** Watches a slot for reading and, unless `write` is 0, for writing. */
  reactorWatch(slot: number, write: number): number;
  /** Frees a slot and closes its descriptor, for other threads that use it too: see native/owners.cc. */
  reactorClose(slot: number): number;
  /** Frees a slot; returns its descriptor, which stays open. */
  reactorRelease(slot: number): number;
  /** Frees a slot and closes its descriptor for this owner alone, since a duplicate lives on elsewhere. */
  reactorAbandon(slot: number): number;
  /** Keeps the program alive, or lets it end, by the count of pending waits in the shared memory. */
  reactorRef(): number;
}

/** Told of a word that {@link Syscalls.futexListen} listened to. */
export type OnHeard = (id: number, how: number) => void;

/** The size of a view that receives an address: a sockaddr_storage and its length. */
export const SOCKADDR_SIZE: number = 132;
