#include "environment.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace p8 {

void Newborn::CloseAll() {
  while (count_ > 0) close(fds_[--count_]);
}

static void Released(Environment* environment) {
  napi_remove_async_cleanup_hook(environment->hook);
  free(environment);
}

static void Release(napi_async_cleanup_hook_handle, void* data) {
  auto* environment = static_cast<Environment*>(data);
  environment->dead = true;
  environment->newborn.CloseAll();
  CloseResolver(environment);
  CloseBell(environment);
  CloseListeners(environment, [](Environment* ending) { CloseReactor(ending, Released); });
}

Environment* OpenEnvironment(napi_env env) {
  auto* environment = static_cast<Environment*>(calloc(1, sizeof(Environment)));
  if (environment == nullptr) return nullptr;
  environment->env = env;
  environment->main = getpid() == static_cast<pid_t>(syscall(SYS_gettid));
  environment->bell = environment->ring = -1;
  napi_get_uv_event_loop(env, &environment->loop);
  napi_add_async_cleanup_hook(env, Release, environment, &environment->hook);
  return environment;
}

}  // namespace p8
