// Our SIGINT action rings the bell of a wait, which then ends with -EINTR. It is installed for each wait, and put back behind
// it; or once for many waits, by holdSigint: two system calls less a wait.
//
//   holdSigint ── wait ── wait ── wait ── releaseSigint         one run of JavaScript
//                  │        └── SIGINT between waits: put back what was there, and raise it again
//                  └── SIGINT: -EINTR
#include "interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "call.h"
#include "environment.h"
#include "functions.h"

namespace p8 {

// Only one thread is the first, so one of each.
static volatile sig_atomic_t waiting = 0;
static volatile sig_atomic_t interrupted = 0;
static volatile sig_atomic_t held = 0;
static int bellRing = -1;
static struct sigaction replaced;

static void OnInterrupt(int number);

static bool IsOurs(const struct sigaction& action) { return action.sa_handler == OnInterrupt; }

// What is there by now may be libuv's, for a listener that came meanwhile.
static void PutBack() {
  struct sigaction current;
  sigaction(SIGINT, &replaced, &current);
  if (!IsOurs(current)) sigaction(SIGINT, &current, nullptr);
}

static void OnInterrupt(int number) {
  int saved = errno;
  if (waiting) {
    interrupted = 1;
    uint64_t one = 1;
    ssize_t written = write(bellRing, &one, sizeof one);
    (void)written;
  } else {
    // delivered again as soon as this handler has returned, to whom it would have gone without us
    held = 0;
    sigaction(SIGINT, &replaced, nullptr);
    raise(number);
  }
  errno = saved;
}

static void Install() {
  struct sigaction action = {};
  struct sigaction previous;
  action.sa_handler = OnInterrupt;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &previous);
  if (!IsOurs(previous)) replaced = previous;
  if (previous.sa_handler == SIG_IGN) sigaction(SIGINT, &replaced, nullptr);
}

// From here on a signal is noted; what was noted behind the last look goes where it would have gone without us.
static void Begin(int ring) {
  bellRing = ring;
  interrupted = 0;
  waiting = 1;
}

static void End() {
  waiting = 0;
  if (interrupted) raise(SIGINT);
}

InterruptScope::InterruptScope(const Environment* environment) : active_(environment->main) {
  if (!active_) return;
  Begin(environment->ring);
  if (!held) Install();
}

InterruptScope::~InterruptScope() {
  if (!active_) return;
  End();
  if (!held) PutBack();
}

bool InterruptScope::Interrupted() {
  if (!active_ || !interrupted) return false;
  interrupted = 0;
  return true;
}

napi_value HoldSigint(napi_env env, napi_callback_info info) {
  Call call(env, info);
  if (!call.environment()->main) return Number(env, 0);
  Begin(-1);
  Install();
  held = 1;
  End();
  return Number(env, 0);
}

napi_value ReleaseSigint(napi_env env, napi_callback_info info) {
  Call call(env, info);
  if (!call.environment()->main) return Number(env, 0);
  if (held) PutBack();
  held = 0;
  return Number(env, 0);
}

}  // namespace p8
