// ppoll(2) for blocking calls: waits for a descriptor, or for one of several, and for the environment's bell, so that a sleeping thread still
// hears what concerns it.
//
//   bell (epoll) ── edge ──▶ ring (eventfd)          rung by SIGINT on the main thread
//                └─ edge ──▶ the loop's descriptor   worker.terminate(), process.exit() and the end of the program post here
//
// A message posted to the loop rings too, without meaning an end; whether this environment may still run JavaScript tells
// the two apart. Every second the same question is asked without a ring, in case an edge was spent.
#include "poll.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "environment.h"
#include "functions.h"
#include "interrupt.h"

namespace p8 {

static constexpr int kMostPolled = 1024;
// The longest wait that nothing can end, in seconds.
static constexpr double kBrief = 0.001;
static constexpr int64_t kNanosecond = 1;
static constexpr int64_t kSecond = 1000 * 1000 * 1000 * kNanosecond;

static bool OpenBell(Environment* environment) {
  if (environment->bell >= 0) return true;
  environment->ring = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  environment->bell = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event = {};
  event.events = EPOLLIN | EPOLLET;
  event.data.fd = environment->ring;
  bool open = environment->ring >= 0 && environment->bell >= 0 &&
              epoll_ctl(environment->bell, EPOLL_CTL_ADD, environment->ring, &event) == 0;
  event.data.fd = uv_backend_fd(environment->loop);
  open = open && epoll_ctl(environment->bell, EPOLL_CTL_ADD, event.data.fd, &event) == 0;
  if (!open) {
    int saved = errno;
    CloseBell(environment);
    errno = saved;
    return false;
  }
  napi_value nothing = nullptr;
  auto empty = [](napi_env, napi_callback_info) -> napi_value { return nullptr; };
  napi_env env = environment->env;
  if (napi_create_function(env, "nothing", NAPI_AUTO_LENGTH, empty, nullptr, &nothing) == napi_ok &&
      napi_create_reference(env, nothing, 1, &environment->nothing) == napi_ok) {
    return true;
  }
  // this worker is being terminated, at its first wait of all
  CloseBell(environment);
  errno = ECANCELED;
  return false;
}

void CloseBell(Environment* environment) {
  if (environment->bell >= 0) close(environment->bell);
  if (environment->ring >= 0) close(environment->ring);
  environment->bell = environment->ring = -1;
}

// Whether JavaScript can no longer run here: the worker is being terminated, or the program ends.
static bool Ending(Environment* environment) {
  napi_env env = environment->env;
  napi_value global = nullptr, function = nullptr;
  if (napi_get_global(env, &global) != napi_ok) return true;
  if (napi_get_reference_value(env, environment->nothing, &function) != napi_ok) return true;
  return napi_call_function(env, global, function, 0, nullptr, nullptr) != napi_ok;
}

static int64_t Now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

static void Silence(Environment* environment) {
  epoll_event events[2];
  (void)epoll_wait(environment->bell, events, 2, 0);
  uint64_t count;
  ssize_t got = read(environment->ring, &count, sizeof count);
  (void)got;
}

// As WaitFor, for up to kMostPolled descriptors; `first` tells the first of them that is.
static int64_t WaitForAny(Environment* environment, const int* fds, int count, int events, double seconds, int* first) {
  if (!OpenBell(environment)) return -errno;
  InterruptScope scope(environment);
  const bool limited = seconds >= 0 && seconds < 1e9;
  const int64_t end = limited ? Now() + static_cast<int64_t>(seconds * kSecond) : 0;
  for (;;) {
    int64_t slice = kSecond;
    if (limited) {
      int64_t left = end - Now();
      if (left < slice) slice = left < 0 ? 0 : left;
    }
    timespec limit = {static_cast<time_t>(slice / kSecond), static_cast<long>(slice % kSecond)};
    pollfd polled[kMostPolled + 1];
    for (int i = 0; i < count; i++) polled[i] = {fds[i], static_cast<short>(events), 0};
    polled[count] = {environment->bell, POLLIN, 0};
    int ready = ppoll(polled, count + 1, &limit, nullptr);
    if (ready < 0 && errno != EINTR) return -errno;
    if (scope.Interrupted()) {
      Silence(environment);
      return -EINTR;
    }
    for (int i = 0; ready > 0 && i < count; i++) {
      if (polled[i].revents == 0) continue;
      *first = i;
      return polled[i].revents;
    }
    if (ready > 0) Silence(environment);
    if (Ending(environment)) return -ECANCELED;
    if (limited && Now() >= end) return 0;
  }
}

int64_t WaitFor(Environment* environment, int fd, int events, double seconds) {
  int first = 0;
  return WaitForAny(environment, &fd, 1, events, seconds, &first);
}

napi_value Ppoll(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return Number(env, WaitFor(call.environment(), call.integer(0), call.integer(1), call.number(2)));
}

napi_value PpollAny(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Bytes fds = call.bytes(0);
  int count = static_cast<int>(fds.length / sizeof(int32_t));
  int first = 0;
  int64_t events = WaitForAny(call.environment(), reinterpret_cast<int32_t*>(fds.data), count < kMostPolled ? count : kMostPolled,
                              call.integer(1), call.number(2), &first);
  return Number(env, events > 0 ? first + 1 : events);
}

// A wait so short that nothing need end it: no bell, and no change of SIGINT's action. What the event loop waits for ends it all the same.
napi_value PollBriefly(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Bytes fds = call.bytes(0);
  double seconds = call.number(2);
  if (!(seconds >= 0 && seconds <= kBrief)) return Number(env, -EINVAL);
  int count = static_cast<int>(fds.length / sizeof(int32_t));
  if (count > kMostPolled) count = kMostPolled;
  pollfd polled[kMostPolled + 1];
  for (int i = 0; i < count; i++) {
    polled[i] = {reinterpret_cast<int32_t*>(fds.data)[i], static_cast<short>(call.integer(1)), 0};
  }
  polled[count] = {uv_backend_fd(call.environment()->loop), POLLIN, 0};
  timespec limit = {0, static_cast<long>(seconds * kSecond)};
  int ready = ppoll(polled, count + 1, &limit, nullptr);
  if (ready > 0 && polled[count].revents != 0) ready--;
  return Number(env, ready < 0 ? -errno : ready);
}

}  // namespace p8
