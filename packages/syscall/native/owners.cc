// Two threads share a socket by its number, and one of them closes it. Plain close(2) would leave the other asleep in its
// call, and the number would soon be another socket's, which the other would then read from. Instead:
//
//   thread 1   close(7) ──▶ 7 becomes a dead descriptor (O_PATH: every call gives EBADF), by dup3, in one step
//                           shutdown of the socket, under another number, wakes whoever waits: ppoll, epoll
//   thread 2   wakes ──▶ tries 7 again ──▶ EBADF ──▶ closes its own socket ──▶ the last one out frees the number
//
// Families without shutdown(2) (packet, netlink) do not wake: a blocked call of theirs looks again within a second.
#include "owners.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

namespace p8 {

struct Descriptor {
  // Slots of reactors, in all threads.
  uint32_t owners;
  // What the number was before it was closed for all, kept until the waits on it are over; 0: not closed.
  int closed;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
// By number. It only grows, as the kernel's own table does.
static Descriptor* descriptors = nullptr;
static int room = 0;
static int dead = -1;

class Locked {
 public:
  Locked() { pthread_mutex_lock(&mutex); }
  ~Locked() { pthread_mutex_unlock(&mutex); }
};

int OpenOwners() {
  Locked locked;
  if (dead < 0) dead = open("/", O_PATH | O_CLOEXEC);
  return dead < 0 ? -1 : 0;
}

static bool Grow(int fd) {
  if (fd < room) return true;
  int size = 2 * room > fd + 64 ? 2 * room : fd + 64;
  auto* grown = static_cast<Descriptor*>(realloc(descriptors, size * sizeof(Descriptor)));
  if (grown == nullptr) return false;
  memset(grown + room, 0, (size - room) * sizeof(Descriptor));
  descriptors = grown;
  room = size;
  return true;
}

void AddOwner(int fd) {
  Locked locked;
  if (fd >= 0 && Grow(fd)) descriptors[fd].owners++;
}

static Descriptor* Known(int fd) {
  return fd >= 0 && fd < room && descriptors[fd].owners > 0 ? &descriptors[fd] : nullptr;
}

void RemoveOwner(int fd) {
  Locked locked;
  if (Descriptor* known = Known(fd)) known->owners--;
}

bool IsShared(int fd) {
  Locked locked;
  Descriptor* known = Known(fd);
  return known != nullptr && known->owners > 1;
}

// The last owner goes: what it must close besides the number, 0 if nothing. The table has forgotten both by then, so that
// whoever gets the number next finds it free, and close(2) needs no lock.
static int Forget(Descriptor* known) {
  int closed = known->closed;
  known->closed = 0;
  return closed;
}

static int CloseBoth(int fd, int closed) {
  if (closed > 0) close(closed);
  return close(fd);
}

void AbandonOwned(int fd) {
  int closed = 0;
  {
    Locked locked;
    if (Descriptor* known = Known(fd)) {
      if (--known->owners > 0) return;
      closed = Forget(known);
    }
  }
  CloseBoth(fd, closed);
}

// Others go on: the number becomes a dead descriptor, and what it was is shut down under another.
static int CloseForOthers(int fd, Descriptor* known) {
  if (known->closed > 0) return 0;
  int kept = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (kept < 0) shutdown(fd, SHUT_RDWR);
  if (dup3(dead, fd, O_CLOEXEC) < 0) {
    int saved = errno;
    if (kept >= 0) close(kept);
    errno = saved;
    return -1;
  }
  if (kept < 0) return 0;
  shutdown(kept, SHUT_RDWR);
  known->closed = kept;
  return 0;
}

int CloseOwned(int fd) {
  int closed = 0;
  {
    Locked locked;
    if (Descriptor* known = Known(fd)) {
      if (--known->owners > 0) return CloseForOthers(fd, known);
      closed = Forget(known);
    }
  }
  return CloseBoth(fd, closed);
}

}  // namespace p8
