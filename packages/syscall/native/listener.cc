// Listeners: threads of ours that sleep on words in the place of an environment's own thread.
//
//     futexListen(word, id) ──▶ [ control | word, life | word, life … ]  futex_waitv(2), a listener thread
//                                    ▲                     │ woken
//     something has changed ─────────┘                     ├──▶ uv_async ──▶ onHeard(id, how)
//                                                          └──▶ eventfd ───▶ a blocking wait in poll(2)
//
// A listener has as many words as the kernel takes at once; when they are taken, there is another one. It never reads the words itself,
// since an environment that ends unmaps them: the kernel says what it thinks of each.
#include "listener.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "call.h"
#include "environment.h"
#include "functions.h"
#include "poll.h"

namespace p8 {

// One word is for control, and each sleep has two.
static constexpr int kMostSleeps = (kMostWords - 1) / 2;
static constexpr size_t kStack = 256 * 1024;
// The blocking wait, of which an environment has one at most; JavaScript's ids are larger.
static constexpr int32_t kBlocking = 0;

struct Heard {
  int32_t id;
  int32_t how;
};

struct Watch {
  int32_t id;
  Sleep sleep;
};

struct Listener {
  Listeners* owner;
  Listener* next;
  pthread_t thread;
  uint32_t control;
  int count;
  Watch watches[kMostSleeps];
};

// Of one environment.
struct Listeners {
  Environment* environment;
  pthread_mutex_t lock;
  bool ending;
  Listener* first;
  // For the blocking wait: how it was woken, and what it sleeps on.
  int ring;
  int32_t woken;
  // For JavaScript: what was heard and not yet told.
  bool told;
  uv_async_t async;
  napi_ref onHeard;
  napi_async_context context;
  Heard* heard;
  int heardCount;
  int heardSize;
  void (*closed)(Environment*);
};

static void Change(Listener* listener) {
  __atomic_fetch_add(&listener->control, 1, __ATOMIC_SEQ_CST);
  Wake(&listener->control, 1);
}

static void Remember(Listeners* all, int32_t id, int32_t how) {
  if (id == kBlocking) {
    all->woken = how;
    uint64_t one = 1;
    ssize_t written = write(all->ring, &one, sizeof one);
    (void)written;
    return;
  }
  if (all->heardCount == all->heardSize) {
    int size = all->heardSize == 0 ? 16 : 2 * all->heardSize;
    void* larger = realloc(all->heard, size * sizeof(Heard));
    // who waits looks again by himself now and then
    if (larger == nullptr) return;
    all->heard = static_cast<Heard*>(larger);
    all->heardSize = size;
  }
  all->heard[all->heardCount++] = {id, how};
  uv_async_send(&all->async);
}

// Takes a sleep off; false if it was woken before.
static bool Remove(Listeners* all, int32_t id) {
  for (Listener* listener = all->first; listener != nullptr; listener = listener->next) {
    for (int i = 0; i < listener->count; i++) {
      if (listener->watches[i].id != id) continue;
      listener->watches[i] = listener->watches[--listener->count];
      return true;
    }
  }
  return false;
}

// Tells of those that the kernel would not sleep on.
static void LookAtAll(Listener* listener, const Watch* watches, int count) {
  for (int i = 0; i < count; i++) {
    int how = SleepUntil(watches[i].sleep, 0);
    if (how != kNotWoken && Remove(listener->owner, watches[i].id)) {
      Remember(listener->owner, watches[i].id, how < 0 ? kByWord : how);
    }
  }
}

static void* Listen(void* argument) {
  auto* listener = static_cast<Listener*>(argument);
  Listeners* all = listener->owner;
  Word words[kMostWords];
  Watch watches[kMostSleeps];
  pthread_mutex_lock(&all->lock);
  while (!all->ending) {
    const int count = listener->count;
    int length = 0;
    words[length++] = {&listener->control, __atomic_load_n(&listener->control, __ATOMIC_SEQ_CST)};
    int owners[kMostWords];
    for (int i = 0; i < count; i++) {
      watches[i] = listener->watches[i];
      owners[length] = i;
      words[length++] = watches[i].sleep.word;
      if (watches[i].sleep.life.address == nullptr) continue;
      owners[length] = i;
      words[length++] = watches[i].sleep.life;
    }
    pthread_mutex_unlock(&all->lock);
    int woken = SleepOn(words, length, kForever);
    pthread_mutex_lock(&all->lock);
    if (woken > 0) {
      const Watch& watch = watches[owners[woken]];
      const bool died = words[woken].address == watch.sleep.life.address;
      if (died) {
        LookAtAll(listener, &watch, 1);
      } else if (Remove(all, watch.id)) {
        Remember(all, watch.id, kByWord);
      }
    } else if (woken < 0) {
      LookAtAll(listener, watches, count);
    }
  }
  pthread_mutex_unlock(&all->lock);
  return nullptr;
}

static int Start(Listener* listener) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  // signals are for the program's own threads
  sigset_t every, before;
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &before);
  int error = pthread_create(&listener->thread, &attributes, Listen, listener);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  return error;
}

static int Add(Listeners* all, int32_t id, const Sleep& sleep) {
  pthread_mutex_lock(&all->lock);
  Listener* listener = all->first;
  while (listener != nullptr && listener->count == kMostSleeps) listener = listener->next;
  int error = 0;
  if (listener == nullptr) {
    listener = static_cast<Listener*>(calloc(1, sizeof(Listener)));
    error = listener == nullptr ? ENOMEM : 0;
    if (error == 0) {
      listener->owner = all;
      error = Start(listener);
    }
    if (error == 0) {
      listener->next = all->first;
      all->first = listener;
    } else {
      free(listener);
    }
  }
  if (error == 0) {
    listener->watches[listener->count++] = {id, sleep};
    Change(listener);
  }
  pthread_mutex_unlock(&all->lock);
  return -error;
}

static Listeners* Opened(Environment* environment) {
  if (environment->listeners != nullptr) return environment->listeners;
  auto* all = static_cast<Listeners*>(calloc(1, sizeof(Listeners)));
  if (all == nullptr) return nullptr;
  all->environment = environment;
  all->ring = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (all->ring < 0) {
    free(all);
    return nullptr;
  }
  pthread_mutex_init(&all->lock, nullptr);
  environment->listeners = all;
  return all;
}

int64_t WaitThroughListener(Environment* environment, const Sleep& sleep, double seconds) {
  Listeners* all = Opened(environment);
  if (all == nullptr) return -ENOMEM;
  int outcome = Add(all, kBlocking, sleep);
  if (outcome < 0) return outcome;
  int64_t events = WaitFor(environment, all->ring, kPollIn, seconds);
  pthread_mutex_lock(&all->lock);
  const bool woken = !Remove(all, kBlocking);
  const int32_t how = all->woken;
  pthread_mutex_unlock(&all->lock);
  if (!woken) return events < 0 ? events : static_cast<int64_t>(kNotWoken);
  uint64_t count;
  ssize_t got = read(all->ring, &count, sizeof count);
  (void)got;
  return events < 0 ? events : how;
}

static void Tell(uv_async_t* async) {
  auto* all = static_cast<Listeners*>(async->data);
  Environment* environment = all->environment;
  if (environment->dead) return;
  pthread_mutex_lock(&all->lock);
  Heard* heard = all->heard;
  const int count = all->heardCount;
  all->heard = nullptr;
  all->heardCount = all->heardSize = 0;
  pthread_mutex_unlock(&all->lock);
  napi_env env = environment->env;
  for (int i = 0; i < count && !environment->dead; i++) {
    napi_handle_scope scope;
    if (napi_open_handle_scope(env, &scope) != napi_ok) break;
    napi_value global = nullptr, function = nullptr, result = nullptr;
    napi_value arguments[2] = {nullptr, nullptr};
    napi_status status = napi_get_global(env, &global);
    if (status == napi_ok) status = napi_get_reference_value(env, all->onHeard, &function);
    if (status == napi_ok) status = napi_create_int32(env, heard[i].id, &arguments[0]);
    if (status == napi_ok) status = napi_create_int32(env, heard[i].how, &arguments[1]);
    if (status == napi_ok) status = napi_make_callback(env, all->context, global, function, 2, arguments, &result);
    napi_value error = nullptr;
    if (status == napi_pending_exception && !environment->dead && napi_get_and_clear_last_exception(env, &error) == napi_ok) {
      napi_fatal_exception(env, error);
    }
    napi_close_handle_scope(env, scope);
  }
  free(heard);
}

napi_value FutexOpen(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Environment* environment = call.environment();
  Listeners* all = Opened(environment);
  if (all == nullptr) return Number(env, -ENOMEM);
  if (all->told) return Number(env, -EBUSY);
  napi_value name = nullptr;
  if (napi_create_string_utf8(env, "p8:futex", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_reference(env, call.value(0), 1, &all->onHeard) != napi_ok ||
      napi_async_init(env, nullptr, name, &all->context) != napi_ok) {
    return Number(env, -ECANCELED);
  }
  int error = uv_async_init(environment->loop, &all->async, Tell);
  if (error != 0) return Number(env, error);
  all->async.data = all;
  all->told = true;
  uv_unref(reinterpret_cast<uv_handle_t*>(&all->async));
  return Number(env, 0);
}

napi_value FutexListen(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Sleep sleep;
  if (!SleepOf(call, call.integer(3), &sleep)) return Number(env, kByDeath);
  if (__atomic_load_n(sleep.word.address, __ATOMIC_SEQ_CST) != sleep.word.value) return Number(env, kByWord);
  return Number(env, Add(call.environment()->listeners, call.integer(4), sleep));
}

napi_value FutexForget(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Listeners* all = call.environment()->listeners;
  pthread_mutex_lock(&all->lock);
  const bool removed = Remove(all, call.integer(0));
  pthread_mutex_unlock(&all->lock);
  return Number(env, removed);
}

static void Free(Listeners* all) {
  Environment* environment = all->environment;
  void (*closed)(Environment*) = all->closed;
  if (all->context != nullptr) napi_async_destroy(environment->env, all->context);
  close(all->ring);
  pthread_mutex_destroy(&all->lock);
  free(all->heard);
  free(all);
  closed(environment);
}

void CloseListeners(Environment* environment, void (*closed)(Environment*)) {
  Listeners* all = environment->listeners;
  if (all == nullptr) {
    closed(environment);
    return;
  }
  environment->listeners = nullptr;
  all->closed = closed;
  pthread_mutex_lock(&all->lock);
  all->ending = true;
  for (Listener* listener = all->first; listener != nullptr; listener = listener->next) Change(listener);
  pthread_mutex_unlock(&all->lock);
  while (all->first != nullptr) {
    Listener* listener = all->first;
    all->first = listener->next;
    pthread_join(listener->thread, nullptr);
    free(listener);
  }
  if (!all->told) {
    Free(all);
    return;
  }
  uv_close(reinterpret_cast<uv_handle_t*>(&all->async), [](uv_handle_t* handle) { Free(static_cast<Listeners*>(handle->data)); });
}

}  // namespace p8
