// mmap(2), munmap(2), posix_fallocate(3): memory that several processes share.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "call.h"
#include "functions.h"

namespace p8 {

struct Mapping {
  void* address;
  size_t length;
};

// JavaScript may hold the buffer for longer than the mapping: then only this record is left to free.
static void Release(napi_env, void*, void* hint) {
  Mapping* mapping = static_cast<Mapping*>(hint);
  if (mapping->address != nullptr) munmap(mapping->address, mapping->length);
  free(mapping);
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
  napi_create_external(env, mapping, nullptr, nullptr, &handle);
  napi_create_array_with_length(env, 2, &result);
  napi_set_element(env, result, 0, buffer);
  napi_set_element(env, result, 1, handle);
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

}  // namespace p8
