// memfd_create(2), posix_fallocate(3), mmap(2), munmap(2): memory that several processes share; mallopt(3).
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "call.h"
#include "environment.h"
#include "functions.h"

// Not every C library has it, and this file loads under all of them.
extern "C" int mallopt(int parameter, int value) __attribute__((weak));

namespace p8 {

struct Mapping {
  void* address;
  size_t length;
  // Closed when the buffer is no longer used; -1 if it is the caller's.
  int fd;
};

// JavaScript may hold the buffer for longer than the mapping: then only this record is left to free.
static void Release(napi_env, void*, void* hint) {
  Mapping* mapping = static_cast<Mapping*>(hint);
  if (mapping->address != nullptr) munmap(mapping->address, mapping->length);
  if (mapping->fd >= 0) close(mapping->fd);
  free(mapping);
}

napi_value MemfdCreate(napi_env env, napi_callback_info info) {
  Call call(env, info);
  char name[64];
  if (!call.text(0, name, sizeof name)) return Number(env, -EINVAL);
  int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  call.environment()->newborn.Add(fd);
  return Outcome(env, fd);
}

napi_value Fallocate(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return Number(env, -posix_fallocate(call.integer(0), 0, static_cast<off_t>(call.number(1))));
}

// Returns [buffer, handle of the mapping], or minus errno.
napi_value Mmap(napi_env env, napi_callback_info info) {
  Call call(env, info);
  size_t length = static_cast<size_t>(call.number(1));
  Mapping* mapping = static_cast<Mapping*>(malloc(sizeof(Mapping)));
  if (mapping == nullptr) return Number(env, -ENOMEM);
  mapping->length = length;
  mapping->fd = -1;
  mapping->address = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, call.integer(0), 0);
  if (mapping->address == MAP_FAILED) {
    int error = errno;
    free(mapping);
    return Number(env, -error);
  }
  napi_value buffer = nullptr, handle = nullptr, result = nullptr;
  if (napi_create_external_arraybuffer(env, mapping->address, length, Release, mapping, &buffer) != napi_ok) {
    munmap(mapping->address, length);
    free(mapping);
    return Number(env, -ENOMEM);
  }
  if (napi_create_external(env, mapping, nullptr, nullptr, &handle) != napi_ok ||
      napi_create_array_with_length(env, 2, &result) != napi_ok || napi_set_element(env, result, 0, buffer) != napi_ok ||
      napi_set_element(env, result, 1, handle) != napi_ok) {
    return nullptr;
  }
  if (call.integer(2) != 0) {
    mapping->fd = call.integer(0);
    call.environment()->newborn.Remove(mapping->fd);
  }
  return result;
}

// Every view of the buffer is empty from now on, so that none reads what is no longer there.
napi_value Munmap(napi_env env, napi_callback_info info) {
  Call call(env, info);
  void* data = nullptr;
  if (napi_get_value_external(env, call.value(1), &data) != napi_ok) return Number(env, -EINVAL);
  // first: once it is detached, its mapping may be released
  Mapping* mapping = static_cast<Mapping*>(data);
  void* address = mapping->address;
  size_t length = mapping->length;
  mapping->address = nullptr;
  if (napi_detach_arraybuffer(env, call.value(0)) != napi_ok) {
    mapping->address = address;
    return Number(env, -EBUSY);
  }
  return Outcome(env, munmap(address, length));
}

napi_value Mallopt(napi_env env, napi_callback_info info) {
  Call call(env, info);
  if (mallopt == nullptr) return Number(env, -ENOSYS);
  return Number(env, mallopt(call.integer(0), call.integer(1)) == 1 ? 0 : -EINVAL);
}

}  // namespace p8
