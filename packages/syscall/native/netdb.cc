// Look-ups (lookup.h) on threads of our own: libuv's pool also reads files, and one slow name server would stop those.
//
//   JavaScript ── getaddrinfo … ──▶ Lookup (2 references) ──▶ queue ──▶ resolver threads (at most 64, warm for 5 s)
//        ▲                                                                  │
//        └── kResolved of the reactor, or a blocking wait ◀── eventfd ◀── finished list of the environment's Resolver
//
// A look-up that nobody waits for any more is abandoned, not stopped: libc cannot be interrupted. The thread drops the
// last reference when it is done; it holds up neither the end of a worker nor the end of the program.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "environment.h"
#include "functions.h"
#include "lookup.h"
#include "poll.h"
#include "reactor.h"

namespace p8 {

static constexpr int kMostThreads = 64;
static constexpr int kWarmSeconds = 5;

struct Lookup;

// Outlives its environment while look-ups are under way: each of them holds a reference.
struct Resolver {
  int references;
  int fd;
  bool watched;
  int32_t nextId;
  Lookup* all;
  Lookup* finished;
};

struct Lookup {
  Resolver* resolver;
  int32_t id;
  bool done;
  bool abandoned;
  bool announced;
  int ring;
  Request request;
  Answer answer;
  Lookup* nextQueued;
  Lookup* nextFinished;
  Lookup* nextOfAll;
};

// One lock for the queue and for all resolvers: look-ups are rare and long.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;
static Lookup* queueHead = nullptr;
static Lookup* queueTail = nullptr;
static int threads = 0;
static int idle = 0;

static void DropResolver(Resolver* resolver) {
  if (--resolver->references == 0) free(resolver);
}

static void FreeLookup(Lookup* lookup) {
  DropResolver(lookup->resolver);
  FreeRequest(&lookup->request);
  free(lookup->answer.data);
  free(lookup);
}

static void Ring(int fd) {
  uint64_t one = 1;
  ssize_t written = write(fd, &one, sizeof one);
  (void)written;
}

static void Finish(Lookup* lookup) {
  lookup->done = true;
  if (lookup->abandoned) {
    FreeLookup(lookup);
    return;
  }
  lookup->nextFinished = lookup->resolver->finished;
  lookup->resolver->finished = lookup;
  Ring(lookup->resolver->fd);
  if (lookup->ring >= 0) Ring(lookup->ring);
}

static void* Resolve(void*) {
  pthread_mutex_lock(&lock);
  for (;;) {
    timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += kWarmSeconds;
    idle++;
    while (queueHead == nullptr && pthread_cond_timedwait(&arrived, &lock, &until) == 0) {
    }
    idle--;
    Lookup* lookup = queueHead;
    if (lookup == nullptr) break;
    queueHead = lookup->nextQueued;
    if (queueHead == nullptr) queueTail = nullptr;
    if (!lookup->abandoned) {
      pthread_mutex_unlock(&lock);
      lookup->answer = Perform(lookup->request);
      pthread_mutex_lock(&lock);
    }
    Finish(lookup);
  }
  threads--;
  pthread_mutex_unlock(&lock);
  return nullptr;
}

static int StartThread() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  pthread_t thread;
  int outcome = pthread_create(&thread, &attributes, Resolve, nullptr);
  pthread_attr_destroy(&attributes);
  if (outcome == 0) threads++;
  return outcome;
}

static int64_t Enqueue(Lookup* lookup) {
  pthread_mutex_lock(&lock);
  int waiting = 1;
  for (Lookup* other = queueHead; other != nullptr; other = other->nextQueued) waiting++;
  // without a single thread nobody would ever answer
  if (waiting > idle && threads < kMostThreads && StartThread() != 0 && threads == 0) {
    pthread_mutex_unlock(&lock);
    return -EAGAIN;
  }
  lookup->id = lookup->resolver->nextId;
  // ids travel in 30 bits of a reactor result
  lookup->resolver->nextId = (lookup->resolver->nextId + 1) & 0x1fffffff;
  lookup->resolver->references++;
  lookup->nextOfAll = lookup->resolver->all;
  lookup->resolver->all = lookup;
  if (queueTail == nullptr) {
    queueHead = lookup;
  } else {
    queueTail->nextQueued = lookup;
  }
  queueTail = lookup;
  pthread_cond_signal(&arrived);
  pthread_mutex_unlock(&lock);
  return lookup->id;
}

static bool OpenResolver(Environment* environment) {
  if (environment->resolver != nullptr) return true;
  auto* resolver = static_cast<Resolver*>(calloc(1, sizeof(Resolver)));
  if (resolver == nullptr) return false;
  resolver->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (resolver->fd < 0) {
    free(resolver);
    return false;
  }
  resolver->references = 1;
  environment->resolver = resolver;
  return true;
}

// A look-up of this environment that is not abandoned, or null. The lock is held.
static Lookup** Find(Resolver* resolver, int32_t id) {
  Lookup** link = &resolver->all;
  while (*link != nullptr && (*link)->id != id) link = &(*link)->nextOfAll;
  return link;
}

static void RemoveFinished(Resolver* resolver, Lookup* lookup) {
  Lookup** link = &resolver->finished;
  while (*link != nullptr && *link != lookup) link = &(*link)->nextFinished;
  if (*link != nullptr) *link = lookup->nextFinished;
}

// The environment lets go of a look-up: the thread frees it if it is still at it. The lock is held.
static void LetGo(Resolver* resolver, Lookup** link) {
  Lookup* lookup = *link;
  *link = lookup->nextOfAll;
  RemoveFinished(resolver, lookup);
  if (lookup->done) {
    FreeLookup(lookup);
  } else {
    lookup->abandoned = true;
  }
}

void CloseResolver(Environment* environment) {
  Resolver* resolver = environment->resolver;
  if (resolver == nullptr) return;
  pthread_mutex_lock(&lock);
  while (resolver->all != nullptr) LetGo(resolver, &resolver->all);
  // now, not when the last abandoned look-up ends: nothing of this environment is left behind
  close(resolver->fd);
  DropResolver(resolver);
  pthread_mutex_unlock(&lock);
  environment->resolver = nullptr;
}

int TakeResolvedIds(Environment* environment, int32_t* ids, int most) {
  Resolver* resolver = environment->resolver;
  if (resolver == nullptr) return 0;
  pthread_mutex_lock(&lock);
  int count = 0;
  for (Lookup* lookup = resolver->finished; lookup != nullptr && count < most; lookup = lookup->nextFinished) {
    if (!lookup->announced) ids[count++] = lookup->id;
    lookup->announced = true;
  }
  if (count < most) {
    uint64_t rings;
    ssize_t got = read(resolver->fd, &rings, sizeof rings);
    (void)got;
  }
  pthread_mutex_unlock(&lock);
  return count;
}

static char* CopyText(const Call& call, int index) {
  char text[2048];
  return call.text(index, text, sizeof text) ? strdup(text) : nullptr;
}

// Starts a look-up: returns its id or minus errno. Its end is announced by the reactor, or waited for.
static napi_value Start(const Call& call, Request request) {
  Environment* environment = call.environment();
  int64_t outcome = -ENOMEM;
  Lookup* lookup = nullptr;
  if (OpenResolver(environment)) {
    if (!environment->resolver->watched && WatchResolver(environment, environment->resolver->fd) == 0) {
      environment->resolver->watched = true;
    }
    lookup = static_cast<Lookup*>(calloc(1, sizeof(Lookup)));
  } else {
    outcome = -errno;
  }
  if (lookup != nullptr) {
    lookup->resolver = environment->resolver;
    lookup->ring = -1;
    lookup->request = request;
    outcome = Enqueue(lookup);
  }
  if (outcome < 0) {
    FreeRequest(&request);
    free(lookup);
  }
  return Number(call.env(), outcome);
}

napi_value Getaddrinfo(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Request request = {};
  request.kind = Request::kAddresses;
  request.host = CopyText(call, 0);
  request.service = CopyText(call, 1);
  request.hints.ai_family = call.integer(2);
  request.hints.ai_socktype = call.integer(3);
  request.hints.ai_protocol = call.integer(4);
  request.hints.ai_flags = call.integer(5);
  return Start(call, request);
}

static Request OfAddress(const Call& call, Request::Kind kind) {
  Request request = {};
  request.kind = kind;
  Bytes address = call.bytes(0);
  request.addressLength = static_cast<socklen_t>(address.length);
  memcpy(&request.address, address.data, address.length);
  return request;
}

napi_value Getnameinfo(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Request request = OfAddress(call, Request::kName);
  request.flags = call.integer(1);
  return Start(call, request);
}

napi_value Gethostbyname(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Request request = {};
  request.kind = Request::kHostByName;
  request.host = CopyText(call, 0);
  return Start(call, request);
}

napi_value Gethostbyaddr(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return Start(call, OfAddress(call, Request::kHostByAddress));
}

// Blocks until the look-up has ended: 1, or 0 after `seconds`, or what ppoll answers.
napi_value LookupWait(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Resolver* resolver = call.environment()->resolver;
  pthread_mutex_lock(&lock);
  Lookup* lookup = *Find(resolver, call.integer(0));
  bool done = lookup == nullptr || lookup->done;
  int ring = done ? -1 : eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (!done) lookup->ring = ring;
  pthread_mutex_unlock(&lock);
  if (done) return Number(env, 1);
  if (ring < 0) return Number(env, -errno);
  int64_t outcome = WaitFor(call.environment(), ring, kPollIn, call.number(1));
  pthread_mutex_lock(&lock);
  lookup->ring = -1;
  // an interruption is told all the same: the next call finds the answer
  if (lookup->done && outcome == 0) outcome = 1;
  pthread_mutex_unlock(&lock);
  close(ring);
  return Number(env, outcome);
}

napi_value LookupCancel(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Resolver* resolver = call.environment()->resolver;
  pthread_mutex_lock(&lock);
  Lookup** link = Find(resolver, call.integer(0));
  if (*link != nullptr) LetGo(resolver, link);
  pthread_mutex_unlock(&lock);
  return Number(env, 0);
}

// Takes the answer and forgets the look-up.
napi_value LookupTake(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Resolver* resolver = call.environment()->resolver;
  pthread_mutex_lock(&lock);
  Lookup* lookup = *Find(resolver, call.integer(0));
  pthread_mutex_unlock(&lock);
  if (lookup == nullptr || !lookup->done) return Number(env, -EINVAL);
  napi_value buffer = nullptr;
  bool failed = lookup->answer.data == nullptr ||
                napi_create_buffer_copy(env, lookup->answer.size, lookup->answer.data, nullptr, &buffer) != napi_ok;
  pthread_mutex_lock(&lock);
  LetGo(resolver, Find(resolver, lookup->id));
  pthread_mutex_unlock(&lock);
  return failed ? Number(env, -ENOMEM) : buffer;
}

}  // namespace p8
