// What one JavaScript environment (the main thread, or one worker) owns natively. All of it is released by one
// asynchronous clean-up hook, because a libuv handle left open when a worker ends aborts the whole process.
#pragma once

#include <node_api.h>
#include <uv.h>

namespace p8 {

struct Reactor;
struct Resolver;
struct Listeners;

// Descriptors that a call has made and that JavaScript has not yet entered into the reactor's table. A worker may be ended
// between the two calls; what is still here then is closed with the environment.
class Newborn {
 public:
  void Add(int fd) {
    if (fd >= 0 && count_ < kMost) fds_[count_++] = fd;
  }
  void Remove(int fd) {
    for (int i = count_ - 1; i >= 0; i--) {
      if (fds_[i] != fd) continue;
      fds_[i] = fds_[--count_];
      return;
    }
  }
  void CloseAll();

 private:
  // sockets are taken up at once; a duplicate stays here for as long as its file is being sent
  static constexpr int kMost = 1024;
  int fds_[kMost];
  int count_;
};

struct Environment {
  napi_env env;
  uv_loop_t* loop;
  napi_async_cleanup_hook_handle hook;
  Reactor* reactor;
  Resolver* resolver;
  Listeners* listeners;
  // The bell: an epoll instance over `ring` (an eventfd of ours) and the loop's own descriptor. See poll.cc.
  int bell;
  int ring;
  // A function of JavaScript that does nothing: calling it tells whether this environment is being ended.
  napi_ref nothing;
  // Of the program's first thread: it is the one that SIGINT is for.
  bool main;
  bool dead;
  Newborn newborn;
};

Environment* OpenEnvironment(napi_env env);

// Parts of the environment, each in its own file.
void CloseReactor(Environment* environment, void (*closed)(Environment*));
void CloseListeners(Environment* environment, void (*closed)(Environment*));
void CloseResolver(Environment* environment);
void CloseBell(Environment* environment);

}  // namespace p8
