// getaddrinfo(3), getnameinfo(3), gethostbyname(3), gethostbyaddr(3).
#include "lookup.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "functions.h"

namespace p8 {

// Grows as it is written to; data is null once memory has run out.
class Packer {
 public:
  Packer() : answer_{static_cast<uint8_t*>(malloc(kFirst)), 0}, capacity_(kFirst) {}

  void Integer(int32_t value) { Append(&value, sizeof value); }
  void Field(const void* data, size_t length) {
    Integer(static_cast<int32_t>(length));
    Append(data, length);
  }
  void Text(const char* text) { Field(text, text == nullptr ? 0 : strlen(text)); }
  void Outcome(int outcome, int systemError) {
    Integer(outcome);
    Integer(systemError);
  }
  Answer Take() const { return answer_; }

 private:
  static constexpr size_t kFirst = 512;

  void Append(const void* data, size_t length) {
    if (answer_.data == nullptr || length == 0) return;
    if (answer_.size + length > capacity_) {
      capacity_ = 2 * (answer_.size + length);
      auto* grown = static_cast<uint8_t*>(realloc(answer_.data, capacity_));
      if (grown == nullptr) free(answer_.data);
      answer_.data = grown;
      if (grown == nullptr) return;
    }
    memcpy(answer_.data + answer_.size, data, length);
    answer_.size += length;
  }

  Answer answer_;
  size_t capacity_;
};

static void Addresses(const Request& request, Packer* packer) {
  addrinfo* list = nullptr;
  errno = 0;
  int outcome = getaddrinfo(request.host, request.service, &request.hints, &list);
  packer->Outcome(outcome, errno);
  if (outcome != 0) return;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    packer->Integer(entry->ai_family);
    packer->Integer(entry->ai_socktype);
    packer->Integer(entry->ai_protocol);
    packer->Field(entry->ai_addr, entry->ai_addrlen);
    packer->Text(entry->ai_canonname);
  }
  freeaddrinfo(list);
}

static void Name(const Request& request, Packer* packer) {
  char host[NI_MAXHOST];
  char service[NI_MAXSERV];
  errno = 0;
  int outcome = getnameinfo(reinterpret_cast<const sockaddr*>(&request.address), request.addressLength, host,
                            sizeof host, service, sizeof service, request.flags);
  packer->Outcome(outcome, errno);
  if (outcome != 0) return;
  packer->Text(host);
  packer->Text(service);
}

static int FindHost(const Request& request, hostent* entry, char* memory, size_t size, hostent** result, int* error) {
  if (request.kind == Request::kHostByName) return gethostbyname_r(request.host, entry, memory, size, result, error);
  const int family = request.address.ss_family;
  const void* bytes = &reinterpret_cast<const sockaddr_in*>(&request.address)->sin_addr;
  if (family == AF_INET6) bytes = &reinterpret_cast<const sockaddr_in6*>(&request.address)->sin6_addr;
  return gethostbyaddr_r(bytes, family == AF_INET6 ? 16 : 4, family, entry, memory, size, result, error);
}

static void Host(const Request& request, Packer* packer) {
  hostent entry;
  hostent* result = nullptr;
  int error = 0;
  // libc asks for more room by ERANGE
  for (size_t size = 4096; size <= 1024 * 1024; size *= 2) {
    auto* memory = static_cast<char*>(malloc(size));
    if (memory == nullptr) break;
    int outcome = FindHost(request, &entry, memory, size, &result, &error);
    if (outcome == ERANGE) {
      free(memory);
      continue;
    }
    packer->Outcome(result == nullptr ? (error == 0 ? NO_RECOVERY : error) : 0, outcome);
    if (result != nullptr) {
      packer->Text(result->h_name);
      for (char** alias = result->h_aliases; *alias != nullptr; alias++) packer->Text(*alias);
      packer->Text("");
      for (char** address = result->h_addr_list; *address != nullptr; address++) {
        packer->Field(*address, static_cast<size_t>(result->h_length));
      }
    }
    free(memory);
    return;
  }
  packer->Outcome(NO_RECOVERY, ENOMEM);
}

Answer Perform(const Request& request) {
  Packer packer;
  if (request.kind == Request::kAddresses) Addresses(request, &packer);
  else if (request.kind == Request::kName) Name(request, &packer);
  else Host(request, &packer);
  return packer.Take();
}

void FreeRequest(Request* request) {
  free(request->host);
  free(request->service);
}

static napi_value Text(napi_env env, const char* text) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result);
  return result;
}

napi_value GaiStrerror(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return Text(env, gai_strerror(call.integer(0)));
}

napi_value Hstrerror(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return Text(env, hstrerror(call.integer(0)));
}

}  // namespace p8
