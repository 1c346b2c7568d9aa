// The table of the program's threads that use the locks of processes, so that the end of a holder is seen by others: SIGKILL too.
//
//     memfd, mapped by every process          a slot
//     [ claiming | slot | slot | slot … ]     [ robust mutex | claims ]
//
// A thread claims a slot by locking its mutex, for good. libc has it on the list of what the kernel marks and wakes when
// that very thread ends, however it does: get_robust_list(2), pthread_mutexattr_setrobust(3). The word of the mutex that
// the kernel marks is the thread's life word; it says from the beginning that somebody waits, or nobody would be woken.
// A holder's number is that of the slot and how often it was claimed, so that it is given out again only after 2^18 claims.
#include "life.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "environment.h"
#include "functions.h"

namespace p8 {

static constexpr int kSlots = 2048;
// A holder's number has 29 bits.
static constexpr uint32_t kMostClaims = (1u << 29) / kSlots;

struct alignas(64) Slot {
  pthread_mutex_t mutex;
  uint32_t claims;
};

struct Table {
  pthread_mutex_t claiming;
  Slot slots[kSlots];
};

// Of this process. The table is never unmapped: the kernel reads it when a thread has ended.
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static Table* table = nullptr;
static int tableFd = -1;
// Where in a mutex the life word is.
static int lifeIndex = -1;

static int MakeRobust(pthread_mutex_t* mutex) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  int error = pthread_mutex_init(mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  return error;
}

// glibc has the thread's id in the first word of a mutex, musl in the second; -1: in neither.
static int FindLifeWord() {
  pthread_mutex_t probe;
  if (MakeRobust(&probe) != 0 || pthread_mutex_lock(&probe) != 0) return -1;
  uint32_t words[2];
  memcpy(words, &probe, sizeof words);
  uint32_t self = static_cast<uint32_t>(syscall(SYS_gettid));
  pthread_mutex_unlock(&probe);
  pthread_mutex_destroy(&probe);
  for (int i = 0; i < 2; i++) {
    if ((words[i] & FUTEX_TID_MASK) == self) return i;
  }
  return -1;
}

static uint32_t* LifeWord(Slot* slot) { return reinterpret_cast<uint32_t*>(&slot->mutex) + lifeIndex; }

static bool Lives(uint32_t life) { return (life & FUTEX_TID_MASK) != 0 && (life & FUTEX_OWNER_DIED) == 0; }

uint32_t* LifeOf(int32_t holder, uint32_t* alive) {
  if (holder <= 0 || table == nullptr) return nullptr;
  Slot* slot = &table->slots[holder % kSlots];
  uint32_t* life = LifeWord(slot);
  *alive = __atomic_load_n(life, __ATOMIC_SEQ_CST);
  // in this order: who claims the slot next counts first
  uint32_t claims = __atomic_load_n(&slot->claims, __ATOMIC_SEQ_CST);
  return Lives(*alive) && claims == static_cast<uint32_t>(holder / kSlots) ? life : nullptr;
}

static int Open(int fd) {
  lifeIndex = FindLifeWord();
  if (lifeIndex < 0) return -ENOSYS;
  bool made = lseek(fd, 0, SEEK_END) == 0;
  int error = made ? posix_fallocate(fd, 0, sizeof(Table)) : 0;
  if (error != 0) return -error;
  void* address = mmap(nullptr, sizeof(Table), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (address == MAP_FAILED) return -errno;
  table = static_cast<Table*>(address);
  if (made) MakeRobust(&table->claiming);
  tableFd = fd;
  return 0;
}

napi_value LifeOpen(napi_env env, napi_callback_info info) {
  Call call(env, info);
  int fd = call.integer(0);
  pthread_mutex_lock(&opening);
  int outcome = table != nullptr ? 0 : fd < 0 ? -ENOENT : Open(fd);
  if (outcome == 0) outcome = tableFd;
  pthread_mutex_unlock(&opening);
  if (outcome == fd) call.environment()->newborn.Remove(fd);
  return Number(env, outcome);
}

static int64_t Claim() {
  for (int i = 1; i < kSlots; i++) {
    Slot* slot = &table->slots[i];
    uint32_t* life = LifeWord(slot);
    if (Lives(__atomic_load_n(life, __ATOMIC_SEQ_CST))) continue;
    uint32_t claims = (slot->claims + 1) % kMostClaims;
    __atomic_store_n(&slot->claims, claims, __ATOMIC_SEQ_CST);
    int error = MakeRobust(&slot->mutex);
    if (error == 0) error = pthread_mutex_lock(&slot->mutex);
    if (error != 0) return -error;
    __atomic_fetch_or(life, FUTEX_WAITERS, __ATOMIC_SEQ_CST);
    return static_cast<int64_t>(claims) * kSlots + i;
  }
  return -EAGAIN;
}

napi_value LifeClaim(napi_env env, napi_callback_info) {
  if (table == nullptr) return Number(env, -ENOENT);
  int error = pthread_mutex_lock(&table->claiming);
  if (error == EOWNERDEAD) error = pthread_mutex_consistent(&table->claiming);
  if (error != 0) return Number(env, -error);
  int64_t holder = Claim();
  pthread_mutex_unlock(&table->claiming);
  return Number(env, holder);
}

napi_value LifeEnded(napi_env env, napi_callback_info info) {
  Call call(env, info);
  uint32_t alive = 0;
  return Number(env, LifeOf(call.integer(0), &alive) == nullptr);
}

}  // namespace p8
