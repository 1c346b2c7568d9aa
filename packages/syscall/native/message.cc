// recvmsg(2), sendmsg(2), recvmmsg(2), sendmmsg(2).
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "call.h"
#include "environment.h"
#include "functions.h"

namespace p8 {

// A view that receives an address: 128 bytes of sockaddr, then its length.
static constexpr size_t kSockaddrSize = 128;
static constexpr size_t kAddressSize = 132;
static constexpr uint32_t kMostMessages = 256;
// The kernel takes no more with one message (SCM_MAX_FD).
static constexpr size_t kMostDescriptors = 253;
// The kernel takes no more in one call (UIO_MAXIOV).
static constexpr uint32_t kMostVectors = 1024;

// The views of an array as vectors; returns how many, or minus errno.
static int64_t Vectors(napi_env env, napi_value array, iovec* vectors) {
  uint32_t count = 0;
  napi_get_array_length(env, array, &count);
  if (count > kMostVectors) return -EMSGSIZE;
  for (uint32_t i = 0; i < count; i++) {
    napi_value view = nullptr;
    // a worker that is being terminated gets no elements any more
    if (napi_get_element(env, array, i, &view) != napi_ok) return -ECANCELED;
    napi_get_buffer_info(env, view, &vectors[i].iov_base, &vectors[i].iov_len);
  }
  return count;
}

// A worker may be ended before JavaScript has seen what came.
static void NoteDescriptors(Environment* environment, msghdr* message) {
  for (cmsghdr* header = CMSG_FIRSTHDR(message); header != nullptr; header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
      int fd;
      memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      environment->newborn.Add(fd);
    }
  }
}

// (fd, targets, control, flags, address, out): the flags of the message and the length of the control data go to `out`.
napi_value Recvmsg(napi_env env, napi_callback_info info) {
  Call call(env, info);
  iovec vectors[kMostVectors];
  int64_t count = Vectors(env, call.value(1), vectors);
  if (count < 0) return Number(env, count);
  Bytes control = call.bytes(2);
  Bytes address = call.bytes(4);
  msghdr message = {};
  message.msg_name = address.data;
  message.msg_namelen = kSockaddrSize;
  message.msg_iov = vectors;
  message.msg_iovlen = static_cast<size_t>(count);
  message.msg_control = control.data;
  message.msg_controllen = control.length;
  ssize_t received = recvmsg(call.integer(0), &message, call.integer(3) | MSG_CMSG_CLOEXEC);
  if (received < 0) return Number(env, -errno);
  memcpy(address.data + kSockaddrSize, &message.msg_namelen, sizeof message.msg_namelen);
  if (message.msg_controllen > 0) NoteDescriptors(call.environment(), &message);
  int32_t* out = reinterpret_cast<int32_t*>(call.bytes(5).data);
  out[0] = message.msg_flags & ~MSG_CMSG_CLOEXEC;
  out[1] = static_cast<int32_t>(message.msg_controllen);
  return Number(env, received);
}

// (fd, target, out): what a stream brings, with its descriptors, whose number and values go to `out`.
napi_value RecvFds(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Bytes target = call.bytes(1);
  int32_t* out = reinterpret_cast<int32_t*>(call.bytes(2).data);
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(kMostDescriptors * sizeof(int))];
  iovec vector = {target.data, target.length};
  msghdr message = {};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  out[0] = 0;
  ssize_t received = recvmsg(call.integer(0), &message, MSG_CMSG_CLOEXEC);
  if (received < 0) return Number(env, -errno);
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(out + 1 + out[0], CMSG_DATA(header), count * sizeof(int));
    out[0] += static_cast<int32_t>(count);
  }
  // a worker may be ended before JavaScript has seen what came
  for (int32_t i = 1; i <= out[0]; i++) call.environment()->newborn.Add(out[i]);
  return Number(env, received);
}

// (fd, buffers, control, flags, address)
napi_value Sendmsg(napi_env env, napi_callback_info info) {
  Call call(env, info);
  iovec vectors[kMostVectors];
  int64_t count = Vectors(env, call.value(1), vectors);
  if (count < 0) return Number(env, count);
  Bytes control = call.bytes(2);
  Bytes address = call.bytes(4);
  msghdr message = {};
  message.msg_name = address.data;
  message.msg_namelen = static_cast<socklen_t>(address.length);
  message.msg_iov = vectors;
  message.msg_iovlen = static_cast<size_t>(count);
  message.msg_control = control.data;
  message.msg_controllen = control.length;
  return Outcome(env, sendmsg(call.integer(0), &message, call.integer(3) | MSG_NOSIGNAL));
}

// (fd, target, offset, size, count, flags, addresses, lengths): up to `count` datagrams of up to `size` bytes, for which
// there is room behind `offset`; what came is moved together, each datagram at a multiple of 8.
napi_value Recvmmsg(napi_env env, napi_callback_info info) {
  Call call(env, info);
  uint8_t* target = call.bytes(1).data + call.integer(2);
  auto size = static_cast<size_t>(call.integer(3));
  auto count = static_cast<uint32_t>(call.integer(4));
  uint8_t* addresses = call.bytes(6).data;
  auto* lengths = reinterpret_cast<int32_t*>(call.bytes(7).data);
  iovec vectors[kMostMessages];
  mmsghdr messages[kMostMessages];
  for (uint32_t i = 0; i < count; i++) {
    vectors[i] = {target + i * size, size};
    msghdr& header = messages[i].msg_hdr = {};
    header.msg_name = addresses + i * kAddressSize;
    header.msg_namelen = kSockaddrSize;
    header.msg_iov = &vectors[i];
    header.msg_iovlen = 1;
  }
  int received = recvmmsg(call.integer(0), messages, count, call.integer(5), nullptr);
  if (received < 0) return Number(env, -errno);
  size_t end = 0;
  for (int i = 0; i < received; i++) {
    // with MSG_TRUNC the kernel tells the length of the datagram, which may be more than it stored
    size_t length = messages[i].msg_len < size ? messages[i].msg_len : size;
    if (length > 0) memmove(target + end, vectors[i].iov_base, length);
    end += (length + 7) & ~size_t{7};
    lengths[i] = static_cast<int32_t>(length);
    memcpy(addresses + i * kAddressSize + kSockaddrSize, &messages[i].msg_hdr.msg_namelen, sizeof(socklen_t));
  }
  return Number(env, received);
}

// (fd, data, count, flags, addresses, lengths): `count` datagrams, one behind the other in `data`; how many were taken.
napi_value Sendmmsg(napi_env env, napi_callback_info info) {
  Call call(env, info);
  uint8_t* data = call.bytes(1).data;
  auto count = static_cast<uint32_t>(call.integer(2));
  uint8_t* addresses = call.bytes(4).data;
  auto* lengths = reinterpret_cast<const int32_t*>(call.bytes(5).data);
  iovec vectors[kMostMessages];
  mmsghdr messages[kMostMessages];
  for (uint32_t i = 0; i < count; i++) {
    auto length = static_cast<size_t>(lengths[i]);
    vectors[i] = {data, length};
    data += length;
    msghdr& header = messages[i].msg_hdr = {};
    header.msg_name = addresses + i * kAddressSize;
    memcpy(&header.msg_namelen, addresses + i * kAddressSize + kSockaddrSize, sizeof(socklen_t));
    header.msg_iov = &vectors[i];
    header.msg_iovlen = 1;
  }
  return Outcome(env, sendmmsg(call.integer(0), messages, count, call.integer(3) | MSG_NOSIGNAL));
}

// Descriptors received with a message now belong to the program.
napi_value HandOver(napi_env env, napi_callback_info info) {
  Call call(env, info);
  call.environment()->newborn.Remove(call.integer(0));
  return Number(env, 0);
}

}  // namespace p8
