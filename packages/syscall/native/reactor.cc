// The reactor: one epoll instance an environment, itself watched by the event loop.
//
//   kernel ──edge──▶ epoll ──▶ uv_poll ──▶ Turn() ── recv into the slab ──▶ results ──▶ one call of JavaScript a batch
//                                                          ▲
//   JavaScript ── WANT, STATE (shared memory, no call) ────┘
//
// Who writes what in the shared memory:
//   header   count, cursor, slab offset, pending waits, inside: see the Header enum
//   rows     WANT by JavaScript (native takes it by setting 0), STATE by both, never at the same time: one thread
//   results  by Turn(), read by JavaScript from the cursor
//
// A descriptor is registered once, edge-triggered; data of an event is generation << 32 | slot, so that an event of a
// closed descriptor is recognised, whatever its number is used for by then.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "environment.h"
#include "functions.h"
#include "owners.h"
#include "reactor.h"

namespace p8 {

// The layout, known to src/reactor-memory.ts too; the contract test compares them.
enum Header { kCount, kCursor, kSlabOffset, kPending, kInside, kSpareCount, kSpares, kHeaderSize = 16 };
enum Row { kWant, kState, kRowSize };
enum State { kReadable = 1, kWriteWait = 2, kEnded = 4, kDistrusted = 8 };
enum Operation { kRead, kReadReady, kWriteReady, kResolved };
enum Kind { kTcp, kUnixStream, kOther };

static constexpr int kMostEvents = 256;
static constexpr int kMostResults = 2 * kMostEvents;
static constexpr int kResultSize = 3;
static constexpr int kMostSlots = 1 << 20;
static constexpr int kRounds = 4;
// A receive is not cut below this to fit what is left of the slab.
static constexpr size_t kSmallestCut = 16 * 1024;
// A receive goes into a lent block, of which so many may be free.
static constexpr int32_t kLend = 1 << 30;
static constexpr int kSparePlaces = 4;
static constexpr uint32_t kResolverSlot = UINT32_MAX;

struct Registration {
  int fd;
  uint32_t generation;
  int32_t kind;
  int32_t nextFree;
  uint32_t events;
};

struct Reactor {
  Environment* environment;
  uv_poll_t poll;
  int epoll;
  napi_ref onBatch;
  napi_async_context context;
  bool referenced;
  void (*closed)(Environment*);

  int32_t* shared;
  size_t sharedSize;
  int32_t* results;
  int32_t* rows;
  Registration* registrations;
  size_t registrationsSize;
  int32_t used;
  int32_t firstFree;
  // Freed during a batch: their results may still be in it, so they are given out again after it.
  int32_t firstFreed;

  uint8_t* slab;
  size_t slabSize;
  uint8_t* spares[kSparePlaces];
};

static void* Reserve(size_t size) {
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

static int32_t* RowOf(Reactor* reactor, int32_t slot) { return reactor->rows + slot * kRowSize; }

static void Push(Reactor* reactor, int32_t slot, Operation operation, int32_t result, int32_t offset) {
  int32_t* entry = reactor->results + reactor->shared[kCount]++ * kResultSize;
  entry[0] = static_cast<int32_t>(static_cast<uint32_t>(slot) << 2 | operation);
  entry[1] = result;
  entry[2] = offset;
}

static void SyncReference(Reactor* reactor) {
  bool wanted = reactor->shared[kPending] > 0;
  if (wanted == reactor->referenced) return;
  reactor->referenced = wanted;
  auto* handle = reinterpret_cast<uv_handle_t*>(&reactor->poll);
  if (wanted) {
    uv_ref(handle);
  } else {
    uv_unref(handle);
  }
}

// One entry into JavaScript for the whole batch; microtasks run at its end. When it throws, the error is reported and
// the rest is delivered by entering again, but only if the cursor moved: an environment that is being ended fails every
// entry at once, for ever. Returns false when nothing must be touched any more.
static bool Deliver(Reactor* reactor) {
  Environment* environment = reactor->environment;
  napi_env env = environment->env;
  int32_t* shared = reactor->shared;
  shared[kInside] = 1;
  while (shared[kCursor] < shared[kCount]) {
    int32_t before = shared[kCursor];
    napi_value global = nullptr, function = nullptr, result = nullptr;
    napi_get_global(env, &global);
    napi_get_reference_value(env, reactor->onBatch, &function);
    napi_status status = napi_make_callback(env, reactor->context, global, function, 0, nullptr, &result);
    if (environment->dead) return false;
    if (status == napi_pending_exception) {
      napi_value error = nullptr;
      if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
      if (environment->dead) return false;
    }
    if (shared[kCursor] == before) break;
  }
  shared[kCount] = shared[kCursor] = 0;
  shared[kInside] = 0;
  while (reactor->firstFreed >= 0) {
    int32_t slot = reactor->firstFreed;
    reactor->firstFreed = reactor->registrations[slot].nextFree;
    reactor->registrations[slot].nextFree = reactor->firstFree;
    reactor->firstFree = slot;
  }
  return true;
}

// Receives for a waiting `recv`. A unix stream is asked with recvmsg, because a message that carries descriptors ends a
// read early without being the last one: MSG_CTRUNC tells. Returns the count or minus errno.
static int64_t Receive(const Registration& registration, uint8_t* target, size_t size, bool* more) {
  if (registration.kind != kUnixStream) {
    int64_t count = syscall(SYS_recvfrom, registration.fd, target, size, 0, nullptr, nullptr);
    return count < 0 ? -errno : count;
  }
  iovec vector = {target, size};
  msghdr message = {};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  ssize_t count = recvmsg(registration.fd, &message, MSG_CMSG_CLOEXEC);
  *more = (message.msg_flags & MSG_CTRUNC) != 0;
  return count < 0 ? -errno : count;
}

// Receives what is wanted into `target`, and takes the want unless there was nothing. Returns the count or minus errno.
static int64_t ReceiveWanted(Reactor* reactor, int32_t slot, uint8_t* target, size_t size) {
  int32_t* row = RowOf(reactor, slot);
  const Registration& registration = reactor->registrations[slot];
  bool more = false;
  int64_t count = Receive(registration, target, size, &more);
  if (count == -EAGAIN) row[kState] &= ~kReadable;
  if (count == -EAGAIN || count == -EINTR) return -EAGAIN;
  // a short read of a stream means drained, except where the kernel stops early
  if (registration.kind != kOther && count >= 0 && static_cast<size_t>(count) < size && !more &&
      (row[kState] & (kEnded | kDistrusted)) == 0) {
    row[kState] &= ~kReadable;
  }
  row[kWant] = 0;
  return count;
}

static bool AnnounceReadable(Reactor* reactor, int32_t slot) {
  RowOf(reactor, slot)[kWant] = 0;
  Push(reactor, slot, kReadReady, 0, 0);
  return true;
}

// Receives into the block that was given back last. Without a free one the batch is delivered first, for that its
// receivers may give theirs back.
static bool LendEvent(Reactor* reactor, int32_t slot, uint32_t generation, int32_t want) {
  int32_t* shared = reactor->shared;
  if (shared[kSpareCount] == 0) {
    if (shared[kCount] > 0 && !Deliver(reactor)) return false;
    if (reactor->registrations[slot].generation != generation || RowOf(reactor, slot)[kWant] != want) return true;
    if (shared[kSpareCount] == 0) return AnnounceReadable(reactor, slot);
  }
  int32_t place = shared[kSpares + shared[kSpareCount] - 1];
  int64_t count = ReceiveWanted(reactor, slot, reactor->spares[place], static_cast<size_t>(want & ~kLend));
  if (count == -EAGAIN) return true;
  if (count > 0) shared[kSpareCount]--;
  Push(reactor, slot, kRead, static_cast<int32_t>(count), count > 0 ? ~place : 0);
  return true;
}

static bool ReadEvent(Reactor* reactor, int32_t slot, uint32_t generation) {
  int32_t* row = RowOf(reactor, slot);
  int32_t want = row[kWant];
  row[kState] |= kReadable;
  if (want == 0) return true;
  if (want < 0) return AnnounceReadable(reactor, slot);
  if (want & kLend) return LendEvent(reactor, slot, generation, want);
  auto size = static_cast<size_t>(want);
  auto room = [reactor] { return reactor->slabSize - static_cast<size_t>(reactor->shared[kSlabOffset]); };
  if (room() < size && room() < kSmallestCut) {
    // JavaScript takes a new slab at the end of each batch
    if (reactor->shared[kCount] > 0 && !Deliver(reactor)) return false;
    if (reactor->registrations[slot].generation != generation || row[kWant] != want) return true;
    if (room() < size && room() < kSmallestCut) return AnnounceReadable(reactor, slot);
  }
  if (room() < size) size = room();
  int32_t offset = reactor->shared[kSlabOffset];
  int64_t count = ReceiveWanted(reactor, slot, reactor->slab + offset, size);
  if (count == -EAGAIN) return true;
  if (count > 0) reactor->shared[kSlabOffset] += static_cast<int32_t>((count + 7) & ~7);
  Push(reactor, slot, kRead, static_cast<int32_t>(count), offset);
  return true;
}

static bool OneEvent(Reactor* reactor, const epoll_event& event) {
  if (reactor->shared[kCount] + 2 > kMostResults && !Deliver(reactor)) return false;
  auto slot32 = static_cast<uint32_t>(event.data.u64);
  if (slot32 == kResolverSlot) {
    TakeResolved(reactor->environment, [reactor](int32_t id) { Push(reactor, id, kResolved, 0, 0); },
                 kMostResults - 2 - reactor->shared[kCount]);
    return true;
  }
  auto slot = static_cast<int32_t>(slot32);
  auto generation = static_cast<uint32_t>(event.data.u64 >> 32);
  if (reactor->registrations[slot].generation != generation) return true;
  int32_t* row = RowOf(reactor, slot);
  if (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) row[kState] |= kEnded;
  if (event.events & EPOLLPRI) row[kState] |= kDistrusted;
  if (event.events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR) && !ReadEvent(reactor, slot, generation)) return false;
  if (reactor->registrations[slot].generation != generation) return true;
  if (event.events & (EPOLLOUT | EPOLLHUP | EPOLLERR) && (row[kState] & kWriteWait)) {
    row[kState] &= ~kWriteWait;
    Push(reactor, slot, kWriteReady, 0, 0);
  }
  return true;
}

static void Turn(uv_poll_t* handle, int, int) {
  auto* reactor = static_cast<Reactor*>(handle->data);
  Environment* environment = reactor->environment;
  if (environment->dead) return;
  napi_handle_scope scope;
  napi_env env = environment->env;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  epoll_event events[kMostEvents];
  bool alive = true;
  for (int round = 0; alive && round < kRounds; round++) {
    int count = epoll_wait(reactor->epoll, events, kMostEvents, 0);
    if (count <= 0) break;
    for (int i = 0; alive && i < count; i++) alive = OneEvent(reactor, events[i]);
    if (alive && reactor->shared[kCount] > 0) alive = Deliver(reactor);
  }
  if (alive) SyncReference(reactor);
  napi_close_handle_scope(env, scope);
}

napi_value ReactorOpen(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Environment* environment = call.environment();
  if (environment->reactor != nullptr) return Number(env, -EBUSY);
  auto* reactor = static_cast<Reactor*>(calloc(1, sizeof(Reactor)));
  if (reactor == nullptr) return Number(env, -ENOMEM);
  const size_t resultsSize = kMostResults * kResultSize;
  reactor->environment = environment;
  reactor->firstFree = reactor->firstFreed = -1;
  reactor->sharedSize = (kHeaderSize + resultsSize + static_cast<size_t>(kMostSlots) * kRowSize) * sizeof(int32_t);
  reactor->registrationsSize = static_cast<size_t>(kMostSlots) * sizeof(Registration);
  reactor->shared = static_cast<int32_t*>(Reserve(reactor->sharedSize));
  reactor->registrations = static_cast<Registration*>(Reserve(reactor->registrationsSize));
  reactor->epoll = epoll_create1(EPOLL_CLOEXEC);
  int failure = 0;
  if (reactor->shared == nullptr || reactor->registrations == nullptr || reactor->epoll < 0 || OpenOwners() < 0) {
    failure = -errno;
  }
  if (failure == 0) failure = uv_poll_init(environment->loop, &reactor->poll, reactor->epoll);
  if (failure != 0) {
    if (reactor->shared != nullptr) munmap(reactor->shared, reactor->sharedSize);
    if (reactor->registrations != nullptr) munmap(reactor->registrations, reactor->registrationsSize);
    if (reactor->epoll >= 0) close(reactor->epoll);
    free(reactor);
    return Number(env, failure);
  }
  reactor->results = reactor->shared + kHeaderSize;
  reactor->rows = reactor->results + resultsSize;
  reactor->poll.data = reactor;
  uv_poll_start(&reactor->poll, UV_READABLE, Turn);
  uv_unref(reinterpret_cast<uv_handle_t*>(&reactor->poll));
  napi_create_reference(env, call.value(0), 1, &reactor->onBatch);
  napi_value name = nullptr;
  napi_create_string_utf8(env, "p8:reactor", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, nullptr, name, &reactor->context);
  environment->reactor = reactor;
  napi_value memory = nullptr;
  napi_create_external_arraybuffer(env, reactor->shared, reactor->sharedSize, nullptr, nullptr, &memory);
  return memory;
}

napi_value ReactorSlab(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Reactor* reactor = call.environment()->reactor;
  Bytes slab = call.bytes(0);
  reactor->slab = slab.data;
  reactor->slabSize = slab.length;
  reactor->shared[kSlabOffset] = 0;
  return Number(env, 0);
}

// The block is looked up each time it comes to its place: only while it is there nobody else can move its memory.
napi_value ReactorSpare(napi_env env, napi_callback_info info) {
  Call call(env, info);
  void* block = nullptr;
  napi_get_arraybuffer_info(env, call.value(1), &block, nullptr);
  call.environment()->reactor->spares[call.integer(0)] = static_cast<uint8_t*>(block);
  return Number(env, 0);
}

static int64_t Control(Reactor* reactor, int operation, int32_t slot) {
  Registration& registration = reactor->registrations[slot];
  epoll_event event = {};
  event.events = registration.events;
  event.data.u64 = static_cast<uint64_t>(registration.generation) << 32 | static_cast<uint32_t>(slot);
  return epoll_ctl(reactor->epoll, operation, registration.fd, &event) < 0 ? -errno : 0;
}

// Enters a descriptor into the table, so that it is closed with its environment; the kernel is not asked yet.
napi_value ReactorAdd(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Reactor* reactor = call.environment()->reactor;
  int32_t slot = reactor->firstFree;
  if (slot >= 0) {
    reactor->firstFree = reactor->registrations[slot].nextFree;
  } else if (reactor->used < kMostSlots) {
    slot = reactor->used++;
  } else {
    return Number(env, -ENFILE);
  }
  Registration& registration = reactor->registrations[slot];
  registration.fd = call.integer(0);
  call.environment()->newborn.Remove(registration.fd);
  registration.kind = call.integer(1);
  registration.events = 0;
  AddOwner(registration.fd);
  return Number(env, slot);
}

// Starts to watch for reading; with a second argument that is not 0, for writing too. Arming again loses no edge.
napi_value ReactorWatch(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Reactor* reactor = call.environment()->reactor;
  int32_t slot = call.integer(0);
  Registration& registration = reactor->registrations[slot];
  uint32_t before = registration.events;
  registration.events |= EPOLLIN | EPOLLRDHUP | EPOLLPRI | EPOLLET;
  if (call.integer(1) != 0) registration.events |= EPOLLOUT;
  int64_t outcome = Control(reactor, before == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, slot);
  // a registration outlives its closed descriptor while a duplicate is open; the same number of a new duplicate finds it
  if (outcome == -EEXIST) outcome = Control(reactor, EPOLL_CTL_MOD, slot);
  if (outcome < 0) registration.events = before;
  return Number(env, outcome);
}

static int FreeSlot(Reactor* reactor, int32_t slot) {
  Registration& registration = reactor->registrations[slot];
  int fd = registration.fd;
  registration.generation++;
  registration.fd = -1;
  int32_t* row = RowOf(reactor, slot);
  row[kWant] = row[kState] = 0;
  int32_t& list = reactor->shared[kInside] ? reactor->firstFreed : reactor->firstFree;
  registration.nextFree = list;
  list = slot;
  return fd;
}

// Frees the slot, then close(2): from here on no event and no result can reach what the number is used for next.
napi_value ReactorClose(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Reactor* reactor = call.environment()->reactor;
  int32_t slot = call.integer(0);
  const Registration& registration = reactor->registrations[slot];
  // closing takes a descriptor out of epoll, except where another thread has it too
  if (registration.events != 0 && IsShared(registration.fd)) Control(reactor, EPOLL_CTL_DEL, slot);
  return Outcome(env, CloseOwned(FreeSlot(reactor, slot)));
}

// Frees the slot of a descriptor that lives on elsewhere.
napi_value ReactorRelease(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Reactor* reactor = call.environment()->reactor;
  int32_t slot = call.integer(0);
  if (reactor->registrations[slot].events != 0) Control(reactor, EPOLL_CTL_DEL, slot);
  int fd = FreeSlot(reactor, slot);
  RemoveOwner(fd);
  return Number(env, fd);
}

// Frees the slot of a descriptor whose duplicate lives on elsewhere. Other owners of the number keep it.
napi_value ReactorAbandon(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Reactor* reactor = call.environment()->reactor;
  int32_t slot = call.integer(0);
  // close(2) does not take it out of epoll: the duplicate keeps the file open
  if (reactor->registrations[slot].events != 0) Control(reactor, EPOLL_CTL_DEL, slot);
  AbandonOwned(FreeSlot(reactor, slot));
  return Number(env, 0);
}

napi_value ReactorRef(napi_env env, napi_callback_info info) {
  Call call(env, info);
  SyncReference(call.environment()->reactor);
  return Number(env, 0);
}

int64_t WatchResolver(Environment* environment, int fd) {
  if (environment->reactor == nullptr) return -EINVAL;
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.u64 = kResolverSlot;
  return epoll_ctl(environment->reactor->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static void FreeReactor(uv_handle_t* handle) {
  auto* reactor = static_cast<Reactor*>(handle->data);
  munmap(reactor->registrations, reactor->registrationsSize);
  munmap(reactor->shared, reactor->sharedSize);
  reactor->closed(reactor->environment);
  free(reactor);
}

void CloseReactor(Environment* environment, void (*closed)(Environment*)) {
  Reactor* reactor = environment->reactor;
  if (reactor == nullptr) {
    closed(environment);
    return;
  }
  reactor->closed = closed;
  uv_poll_stop(&reactor->poll);
  close(reactor->epoll);
  // JavaScript closes what it knows; what is still registered when an environment is ended is closed here
  for (int32_t slot = 0; slot < reactor->used; slot++) {
    if (reactor->registrations[slot].fd > 0) AbandonOwned(reactor->registrations[slot].fd);
  }
  napi_async_destroy(environment->env, reactor->context);
  uv_close(reinterpret_cast<uv_handle_t*>(&reactor->poll), FreeReactor);
}

}  // namespace p8
