// What libuv knows of descriptors that Node itself reads from.
#include <uv.h>

#include "call.h"
#include "environment.h"
#include "functions.h"

namespace p8 {

struct Search {
  int fd;
  bool found;
};

static void Compare(uv_handle_t* handle, void* argument) {
  auto* search = static_cast<Search*>(argument);
  uv_os_fd_t fd;
  if (handle->type != UV_TCP && handle->type != UV_NAMED_PIPE) return;
  // a stream is active exactly while libuv reads from it, or listens
  if (uv_fileno(handle, &fd) == 0 && fd == search->fd && uv_is_active(handle)) search->found = true;
}

napi_value UvIsReading(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Search search = {call.integer(0), false};
  uv_walk(call.environment()->loop, Compare, &search);
  return Number(env, search.found);
}

}  // namespace p8
