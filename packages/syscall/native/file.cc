// close(2), dup(2), fcntl(2), lseek(2), preadv2(2).
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "call.h"
#include "environment.h"
#include "functions.h"

namespace p8 {

napi_value Close(napi_env env, napi_callback_info info) {
  Call call(env, info);
  call.environment()->newborn.Remove(call.integer(0));
  return Outcome(env, close(call.integer(0)));
}

napi_value Dup(napi_env env, napi_callback_info info) {
  Call call(env, info);
  int fd = fcntl(call.integer(0), F_DUPFD_CLOEXEC, 0);
  call.environment()->newborn.Add(fd);
  return Outcome(env, fd);
}

napi_value Fcntl(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return Outcome(env, fcntl(call.integer(0), call.integer(1), call.integer(2)));
}

napi_value Lseek(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return Outcome(env, lseek(call.integer(0), static_cast<off_t>(call.number(1)), call.integer(2)));
}

napi_value Preadv2(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Bytes target = call.bytes(1);
  iovec vector = {target.data, target.length};
  return Outcome(env, preadv2(call.integer(0), &vector, 1, static_cast<off_t>(call.number(2)), call.integer(3)));
}

}  // namespace p8
