// Small data bases that are asked without waiting: getservbyname(3), getservbyport(3), getprotobyname(3),
// if_nameindex(3), if_nametoindex(3), if_indextoname(3), gethostname(2), sethostname(2).
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "functions.h"

namespace p8 {

// The plain calls share one result in the process; the re-entrant ones are not in every libc.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static napi_value Text(napi_env env, const char* text) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result);
  return result;
}

// The port, or -ENOENT.
napi_value Getservbyname(napi_env env, napi_callback_info info) {
  Call call(env, info);
  char name[256];
  char protocol[64];
  if (!call.text(0, name, sizeof name)) return Number(env, -EINVAL);
  bool any = !call.text(1, protocol, sizeof protocol);
  pthread_mutex_lock(&lock);
  const servent* entry = getservbyname(name, any ? nullptr : protocol);
  int port = entry == nullptr ? -ENOENT : ntohs(static_cast<uint16_t>(entry->s_port));
  pthread_mutex_unlock(&lock);
  return Number(env, port);
}

// The name, or -ENOENT.
napi_value Getservbyport(napi_env env, napi_callback_info info) {
  Call call(env, info);
  char protocol[64];
  bool any = !call.text(1, protocol, sizeof protocol);
  pthread_mutex_lock(&lock);
  const servent* entry = getservbyport(htons(static_cast<uint16_t>(call.integer(0))), any ? nullptr : protocol);
  napi_value result = entry == nullptr ? Number(env, -ENOENT) : Text(env, entry->s_name);
  pthread_mutex_unlock(&lock);
  return result;
}

// The number, or -ENOENT.
napi_value Getprotobyname(napi_env env, napi_callback_info info) {
  Call call(env, info);
  char name[256];
  if (!call.text(0, name, sizeof name)) return Number(env, -EINVAL);
  pthread_mutex_lock(&lock);
  const protoent* entry = getprotobyname(name);
  int number = entry == nullptr ? -ENOENT : entry->p_proto;
  pthread_mutex_unlock(&lock);
  return Number(env, number);
}

// An array of [index, name], or minus errno.
napi_value IfNameindex(napi_env env, napi_callback_info info) {
  struct if_nameindex* list = if_nameindex();
  if (list == nullptr) return Number(env, -errno);
  napi_value result = nullptr;
  napi_create_array(env, &result);
  uint32_t count = 0;
  for (struct if_nameindex* entry = list; entry->if_index != 0; entry++) {
    napi_value pair = nullptr;
    napi_create_array_with_length(env, 2, &pair);
    napi_set_element(env, pair, 0, Number(env, entry->if_index));
    napi_set_element(env, pair, 1, Text(env, entry->if_name));
    napi_set_element(env, result, count++, pair);
  }
  if_freenameindex(list);
  return result;
}

napi_value IfNametoindex(napi_env env, napi_callback_info info) {
  Call call(env, info);
  char name[256];
  if (!call.text(0, name, sizeof name)) return Number(env, -EINVAL);
  unsigned index = if_nametoindex(name);
  return Number(env, index == 0 ? -errno : static_cast<int64_t>(index));
}

napi_value IfIndextoname(napi_env env, napi_callback_info info) {
  Call call(env, info);
  char name[IF_NAMESIZE];
  if (if_indextoname(static_cast<unsigned>(call.number(0)), name) == nullptr) return Number(env, -errno);
  return Text(env, name);
}

napi_value Gethostname(napi_env env, napi_callback_info info) {
  char name[NI_MAXHOST] = {};
  if (gethostname(name, sizeof name - 1) < 0) return Number(env, -errno);
  return Text(env, name);
}

napi_value Sethostname(napi_env env, napi_callback_info info) {
  Call call(env, info);
  char name[256];
  if (!call.text(0, name, sizeof name)) return Number(env, -EINVAL);
  return Outcome(env, sethostname(name, strlen(name)));
}

}  // namespace p8
