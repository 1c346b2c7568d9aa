// futex(2) and futex_waitv(2): how processes wait for each other on memory that they share.
//
// A blocking wait sleeps on the words themselves for a moment, which is how it is woken soonest. A longer one sleeps on
// descriptors, as all blocking calls do, so that whatever may end it is heard at once; a listener sleeps on the words then.
#include "futex.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "environment.h"
#include "functions.h"
#include "interrupt.h"
#include "life.h"
#include "listener.h"

// Of Linux 5.16.
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

namespace p8 {

static constexpr int64_t kMillisecond = 1000 * 1000;
static constexpr int64_t kSecond = 1000 * kMillisecond;
static constexpr int64_t kMoment = 20 * kMillisecond;
// How often the words are looked at where futex_waitv(2) is missing.
static constexpr int64_t kSlice = 100 * kMillisecond;

// As the kernel has it: struct futex_waitv.
struct KernelWord {
  uint64_t value;
  uint64_t address;
  uint32_t flags;
  uint32_t reserved;
};
// Of 32 bits, and not private to a process.
static constexpr uint32_t kSharedWord = 2;

int64_t Monotonic() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

static timespec TimeOf(int64_t nanoseconds) {
  return {static_cast<time_t>(nanoseconds / kSecond), static_cast<long>(nanoseconds % kSecond)};
}

// One word, for a slice of the time.
static int SleepOnFirst(const Word& word, int64_t end) {
  const int64_t now = Monotonic();
  const bool whole = end - now <= kSlice;
  const timespec limit = TimeOf(whole ? end : now + kSlice);
  long outcome = syscall(SYS_futex, word.address, FUTEX_WAIT_BITSET, word.value, &limit, nullptr, FUTEX_BITSET_MATCH_ANY);
  if (outcome == 0) return 0;
  return errno == ETIMEDOUT && !whole ? -EAGAIN : -errno;
}

int SleepOn(const Word* words, int count, int64_t end) {
  KernelWord list[kMostWords];
  for (int i = 0; i < count; i++) list[i] = {words[i].value, reinterpret_cast<uint64_t>(words[i].address), kSharedWord, 0};
  const timespec limit = TimeOf(end);
  long woken = syscall(SYS_futex_waitv, list, count, 0, end == kForever ? nullptr : &limit, CLOCK_MONOTONIC);
  if (woken >= 0) return static_cast<int>(woken);
  return errno == ENOSYS ? SleepOnFirst(words[0], end) : -errno;
}

int SleepUntil(const Sleep& sleep, int64_t end) {
  const Word words[] = {sleep.word, sleep.life};
  const Word& life = sleep.life;
  int outcome = SleepOn(words, life.address == nullptr ? 1 : 2, end);
  if (life.address != nullptr && __atomic_load_n(life.address, __ATOMIC_SEQ_CST) != life.value) {
    // the kernel wakes one only
    Wake(life.address, INT_MAX);
    return kByDeath;
  }
  if (outcome == -ETIMEDOUT) return kNotWoken;
  return outcome >= 0 || outcome == -EAGAIN ? kByWord : outcome;
}

int Wake(uint32_t* word, int count) {
  long woken = syscall(SYS_futex, word, FUTEX_WAKE, count, nullptr, nullptr, 0);
  return woken < 0 ? 0 : static_cast<int>(woken);
}

static uint32_t* WordOf(const Call& call) { return reinterpret_cast<uint32_t*>(call.bytes(0).data) + call.integer(1); }

bool SleepOf(const Call& call, int holder, Sleep* sleep) {
  *sleep = {{WordOf(call), static_cast<uint32_t>(call.integer(2))}, {nullptr, 0}};
  if (holder == 0) return true;
  sleep->life.address = LifeOf(holder, &sleep->life.value);
  return sleep->life.address != nullptr;
}

static int SleepForAMoment(Environment* environment, const Sleep& sleep, int64_t end) {
  InterruptScope scope(environment);
  for (;;) {
    int outcome = SleepUntil(sleep, end);
    if (scope.Interrupted()) return -EINTR;
    if (outcome != -EINTR) return outcome;
  }
}

napi_value FutexWait(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Sleep sleep;
  if (!SleepOf(call, call.integer(4), &sleep)) return Number(env, kByDeath);
  const int64_t length = static_cast<int64_t>(call.number(3) * kSecond);
  const int64_t now = Monotonic();
  int64_t outcome = SleepForAMoment(call.environment(), sleep, now + (length < kMoment ? length : kMoment));
  if (outcome == kNotWoken && length > kMoment) {
    const double left = static_cast<double>(now + length - Monotonic()) / kSecond;
    outcome = WaitThroughListener(call.environment(), sleep, left < 0 ? 0 : left);
  }
  return Number(env, outcome);
}

napi_value FutexWake(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return Number(env, Wake(WordOf(call), call.integer(2)));
}

}  // namespace p8
