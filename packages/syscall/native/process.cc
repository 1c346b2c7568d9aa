// posix_spawn(3), waitpid(2), and the end of a child whose parent has gone.
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call.h"
#include "environment.h"
#include "functions.h"

namespace p8 {

// The number that the first of the given descriptors has in a child, and how many there can be.
static constexpr int kChildFd = 3;
static constexpr int kMostFds = 8;
static constexpr unsigned kGraceSeconds = 1;

// Strings, each ended by a NUL, as the array of pointers that exec(3) takes; the caller frees it.
static char** Pointers(Bytes strings) {
  size_t count = 0;
  for (size_t i = 0; i < strings.length; i++) count += strings.data[i] == 0;
  char** pointers = static_cast<char**>(calloc(count + 1, sizeof(char*)));
  if (pointers == nullptr) return nullptr;
  char* at = reinterpret_cast<char*>(strings.data);
  for (size_t i = 0; i < count; i++, at += strlen(at) + 1) pointers[i] = at;
  return pointers;
}

// A child begins with no signal blocked and every action the default, whatever the threads here do with them.
static int SpawnWith(const char* path, char** arguments, char** variables, const int* fds, int count, pid_t* pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int error = posix_spawn_file_actions_init(&actions);
  if (error != 0) return error;
  error = posix_spawnattr_init(&attributes);
  if (error == 0) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    // Node closes its own 0 to 2 on exec; to duplicate a descriptor onto itself keeps it open
    for (int standard = 0; standard < kChildFd && error == 0; standard++) {
      if (fcntl(standard, F_GETFD) >= 0) error = posix_spawn_file_actions_adddup2(&actions, standard, standard);
    }
    for (int i = 0; i < count && error == 0; i++) error = posix_spawn_file_actions_adddup2(&actions, fds[i], kChildFd + i);
    if (error == 0) error = posix_spawn(pid, path, &actions, &attributes, arguments, variables);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

// A descriptor that has one of the child's numbers would be replaced before it is duplicated: duplicates of all stand above those.
static int SpawnAbove(const char* path, char** arguments, char** variables, const int32_t* fds, size_t count, pid_t* pid) {
  int above[kMostFds];
  int error = count > kMostFds ? EINVAL : 0;
  size_t made = 0;
  for (; made < count && error == 0; made++) {
    above[made] = fcntl(fds[made], F_DUPFD_CLOEXEC, kChildFd + kMostFds);
    if (above[made] < 0) error = errno;
  }
  if (error == 0) error = SpawnWith(path, arguments, variables, above, static_cast<int>(count), pid);
  while (made > 0) {
    int fd = above[--made];
    if (fd >= 0) close(fd);
  }
  return error;
}

napi_value Spawn(napi_env env, napi_callback_info info) {
  Call call(env, info);
  char path[4096];
  if (!call.text(0, path, sizeof path)) return Number(env, -EINVAL);
  char** arguments = Pointers(call.bytes(1));
  char** variables = Pointers(call.bytes(2));
  pid_t pid = 0;
  int error = ENOMEM;
  if (arguments != nullptr && variables != nullptr) {
    Bytes fds = call.bytes(3);
    error = SpawnAbove(path, arguments, variables, reinterpret_cast<int32_t*>(fds.data), fds.length / sizeof(int32_t), &pid);
  }
  free(arguments);
  free(variables);
  return Number(env, error != 0 ? -error : pid);
}

napi_value Waitpid(napi_env env, napi_callback_info info) {
  Call call(env, info);
  int status = 0;
  pid_t pid = waitpid(call.integer(0), &status, WNOHANG);
  if (pid > 0) {
    int32_t* out = reinterpret_cast<int32_t*>(call.bytes(1).data);
    *out = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }
  return Outcome(env, pid);
}

// SIGTERM first: a program may listen for it. A program that computes, or does not end by it, is ended a moment later.
static void* EndOnHangup(void* argument) {
  pollfd item = {static_cast<int>(reinterpret_cast<intptr_t>(argument)), POLLRDHUP, 0};
  while (poll(&item, 1, -1) < 0 && errno == EINTR) {
  }
  kill(getpid(), SIGTERM);
  sleep(kGraceSeconds);
  kill(getpid(), SIGKILL);
  return nullptr;
}

napi_value EndWith(napi_env env, napi_callback_info info) {
  Call call(env, info);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  int error = pthread_create(&thread, nullptr, EndOnHangup, reinterpret_cast<void*>(static_cast<intptr_t>(call.integer(0))));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error == 0) pthread_detach(thread);
  return Number(env, -error);
}

}  // namespace p8
