// socket(2), bind(2), listen(2), accept4(2), connect(2), send(2), recv(2), getsockopt(2), getsockname(2), shutdown(2).
// Every descriptor is born O_NONBLOCK | O_CLOEXEC. An address that the kernel writes goes into a buffer of 132 bytes:
// 128 for the sockaddr, then its length.
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "environment.h"
#include "functions.h"

namespace p8 {

static constexpr size_t kSockaddrSize = 128;
static constexpr int kNewSocketFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;

static const sockaddr* In(Bytes address) { return reinterpret_cast<const sockaddr*>(address.data); }
static sockaddr* Out(Bytes address) { return reinterpret_cast<sockaddr*>(address.data); }
static void StoreLength(Bytes address, socklen_t length) { memcpy(address.data + kSockaddrSize, &length, sizeof length); }

napi_value Socket(napi_env env, napi_callback_info info) {
  Call call(env, info);
  int fd = socket(call.integer(0), call.integer(1) | kNewSocketFlags, call.integer(2));
  call.environment()->newborn.Add(fd);
  return Outcome(env, fd);
}

napi_value Socketpair(napi_env env, napi_callback_info info) {
  Call call(env, info);
  int* pair = reinterpret_cast<int*>(call.bytes(3).data);
  int outcome = socketpair(call.integer(0), call.integer(1) | kNewSocketFlags, call.integer(2), pair);
  for (int i = 0; outcome == 0 && i < 2; i++) call.environment()->newborn.Add(pair[i]);
  return Outcome(env, outcome);
}

napi_value Bind(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Bytes address = call.bytes(1);
  return Outcome(env, bind(call.integer(0), In(address), static_cast<socklen_t>(address.length)));
}

napi_value Listen(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return Outcome(env, listen(call.integer(0), call.integer(1)));
}

napi_value Accept4(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Bytes address = call.bytes(1);
  socklen_t length = kSockaddrSize;
  int fd = accept4(call.integer(0), Out(address), &length, kNewSocketFlags);
  if (fd >= 0) StoreLength(address, length);
  call.environment()->newborn.Add(fd);
  return Outcome(env, fd);
}

napi_value Connect(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Bytes address = call.bytes(1);
  return Outcome(env, connect(call.integer(0), In(address), static_cast<socklen_t>(address.length)));
}

// The hottest calls go to the kernel directly: glibc's cancellation points cost 65 ns in a threaded process.
napi_value Send(napi_env env, napi_callback_info info) {
  Call call(env, info);
  uint8_t* data = call.bytes(1).data + call.integer(2);
  return Outcome(env, syscall(SYS_sendto, call.integer(0), data, static_cast<size_t>(call.number(3)),
                              call.integer(4) | MSG_NOSIGNAL, nullptr, 0));
}

napi_value Recv(napi_env env, napi_callback_info info) {
  Call call(env, info);
  uint8_t* data = call.bytes(1).data + call.integer(2);
  return Outcome(env, syscall(SYS_recvfrom, call.integer(0), data, static_cast<size_t>(call.number(3)), call.integer(4),
                              nullptr, nullptr));
}

napi_value Sendto(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Bytes data = call.bytes(1);
  Bytes address = call.bytes(3);
  return Outcome(env, syscall(SYS_sendto, call.integer(0), data.data, data.length, call.integer(2) | MSG_NOSIGNAL,
                              address.data, static_cast<socklen_t>(address.length)));
}

napi_value Recvfrom(napi_env env, napi_callback_info info) {
  Call call(env, info);
  uint8_t* data = call.bytes(1).data + call.integer(2);
  Bytes address = call.bytes(5);
  socklen_t length = kSockaddrSize;
  int64_t count = syscall(SYS_recvfrom, call.integer(0), data, static_cast<size_t>(call.number(3)), call.integer(4),
                          address.data, &length);
  if (count >= 0) StoreLength(address, length);
  return Outcome(env, count);
}

napi_value Shutdown(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return Outcome(env, shutdown(call.integer(0), call.integer(1)));
}

napi_value Getsockname(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Bytes address = call.bytes(1);
  socklen_t length = kSockaddrSize;
  int outcome = getsockname(call.integer(0), Out(address), &length);
  if (outcome == 0) StoreLength(address, length);
  return Outcome(env, outcome);
}

napi_value Getpeername(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Bytes address = call.bytes(1);
  socklen_t length = kSockaddrSize;
  int outcome = getpeername(call.integer(0), Out(address), &length);
  if (outcome == 0) StoreLength(address, length);
  return Outcome(env, outcome);
}

napi_value Getsockopt(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Bytes value = call.bytes(3);
  auto length = static_cast<socklen_t>(value.length);
  int outcome = getsockopt(call.integer(0), call.integer(1), call.integer(2), value.data, &length);
  return Outcome(env, outcome < 0 ? outcome : static_cast<int64_t>(length));
}

napi_value Setsockopt(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return Outcome(env, setsockopt(call.integer(0), call.integer(1), call.integer(2), call.bytes(3).data,
                                 static_cast<socklen_t>(call.integer(4))));
}

}  // namespace p8
