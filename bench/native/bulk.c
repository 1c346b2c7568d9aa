/*
 * Two processes with a ring of eight messages in shared memory: `bulk TIMES BYTES used|fresh` copies so many messages in and out, and
 * prints the nanoseconds of one. They are copied out into memory that was used before, or into fresh memory, each message.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 8, LOOKS = 3000 };

struct counter {
  _Atomic int count;
  char apart[60];
};

struct ring {
  struct counter put, taken;
  char bytes[];
};

static void *map(size_t size, int flags) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) exit(1);
  return memory;
}

static void await_change(struct counter *counter, int seen) {
  for (int look = 0; look < LOOKS; look++) {
    if (counter->count != seen) return;
  }
  while (counter->count == seen) syscall(SYS_futex, &counter->count, FUTEX_WAIT, seen, NULL, NULL, 0);
}

static void advance(struct counter *counter) {
  counter->count++;
  syscall(SYS_futex, &counter->count, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void put_all(struct ring *ring, int times, size_t size) {
  char *message = calloc(1, size);
  if (message == NULL) exit(1);
  for (int i = 0; i < times; i++) {
    for (int taken; i - (taken = ring->taken.count) >= ROOM;) await_change(&ring->taken, taken);
    memcpy(ring->bytes + (i % ROOM) * size, message, size);
    advance(&ring->put);
  }
}

static void take(struct ring *ring, int i, char *target, size_t size) {
  for (int put; (put = ring->put.count) <= i;) await_change(&ring->put, put);
  memcpy(target, ring->bytes + (i % ROOM) * size, size);
  advance(&ring->taken);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int times = atoi(argv[1]);
  size_t size = atol(argv[2]);
  int fresh = strcmp(argv[3], "fresh") == 0;
  struct ring *ring = map(sizeof *ring + ROOM * size, MAP_SHARED);
  pid_t child = fork();
  if (child < 0) return 1;
  if (child == 0) {
    put_all(ring, times, size);
    _exit(0);
  }
  char *used = map(size, MAP_PRIVATE);
  take(ring, 0, used, size);
  double begun = now();
  for (int i = 1; i < times; i++) {
    char *target = fresh ? map(size, MAP_PRIVATE) : used;
    take(ring, i, target, size);
    if (fresh) munmap(target, size);
  }
  double nanoseconds = now() - begun;
  int status;
  if (waitpid(child, &status, 0) != child || status != 0) return 1;
  printf("%f\n", nanoseconds / (times - 1));
  return 0;
}
