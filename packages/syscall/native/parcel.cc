// A descriptor on its way to another thread of this process.
//
//     giver                         message                        receiver
//     parcelSend(fd) ──▶ SharedArrayBuffer of one byte ──▶ parcelTake(buffer) ──▶ its own descriptor, once
//                                      │
//                                      └─ freed unread: the descriptor is closed
//
// The buffer is the token: the engine counts who holds its memory, a message in transit included, and frees it in whichever
// thread was the last. So a descriptor is neither lost when its giver ends before the message is read, nor leaked when
// its receiver ends first. The number stands here and not in the buffer, where JavaScript could change it.
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "call.h"
#include "environment.h"
#include "functions.h"

// Of Node 24.16 and 26.1 on; null before.
extern "C" __attribute__((weak)) napi_status node_api_create_external_sharedarraybuffer(
    napi_env env, void* data, size_t length, void (*finalize)(void*, void*), void* hint, napi_value* result);

namespace p8 {

struct Parcel {
  // What the buffer consists of.
  uint8_t content;
  // -1 once it was taken.
  int fd;
  Parcel* next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
// Guarded by `lock`: every parcel whose buffer exists.
static Parcel* parcels = nullptr;

static void Forget(Parcel* parcel) {
  pthread_mutex_lock(&lock);
  Parcel** link = &parcels;
  while (*link != parcel) link = &(*link)->next;
  *link = parcel->next;
  pthread_mutex_unlock(&lock);
  if (parcel->fd >= 0) close(parcel->fd);
  free(parcel);
}

static void Freed(void*, void* hint) { Forget(static_cast<Parcel*>(hint)); }

static napi_value Error(napi_env env, int number) { return Number(env, -number); }

napi_value ParcelSend(napi_env env, napi_callback_info info) {
  Call call(env, info);
  if (node_api_create_external_sharedarraybuffer == nullptr) return Error(env, ENOSYS);
  int fd = fcntl(call.integer(0), F_DUPFD_CLOEXEC, 0);
  if (fd < 0) return Outcome(env, fd);
  auto* parcel = static_cast<Parcel*>(calloc(1, sizeof(Parcel)));
  if (parcel == nullptr) {
    close(fd);
    return Error(env, ENOMEM);
  }
  parcel->fd = fd;
  pthread_mutex_lock(&lock);
  parcel->next = parcels;
  parcels = parcel;
  pthread_mutex_unlock(&lock);
  napi_value buffer = nullptr;
  if (node_api_create_external_sharedarraybuffer(env, &parcel->content, 1, Freed, parcel, &buffer) == napi_ok) return buffer;
  Forget(parcel);
  return Error(env, ENOSYS);
}

napi_value ParcelTake(napi_env env, napi_callback_info info) {
  Call call(env, info);
  uint8_t* content = call.bytes(0).data;
  int fd = -1;
  pthread_mutex_lock(&lock);
  for (Parcel* parcel = parcels; parcel != nullptr; parcel = parcel->next) {
    if (&parcel->content != content) continue;
    fd = parcel->fd;
    parcel->fd = -1;
  }
  pthread_mutex_unlock(&lock);
  if (fd < 0) return Error(env, EBADF);
  call.environment()->newborn.Add(fd);
  return Number(env, fd);
}

}  // namespace p8
