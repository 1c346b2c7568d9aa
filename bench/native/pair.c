/*
 * Two processes with one socket pair: `pair TIMES BYTES` sends a message there and back so many times, and prints the nanoseconds of a
 * round trip.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char message[65536];

static void send_all(int fd, size_t size) {
  for (size_t sent = 0; sent < size;) {
    ssize_t count = send(fd, message + sent, size - sent, 0);
    if (count <= 0) exit(1);
    sent += count;
  }
}

static void receive_all(int fd, size_t size) {
  for (size_t received = 0; received < size;) {
    ssize_t count = recv(fd, message + received, size - received, 0);
    if (count <= 0) exit(1);
    received += count;
  }
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  long times = atol(argv[1]);
  size_t size = atol(argv[2]);
  if (size > sizeof message) return 2;
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return 1;
  pid_t child = fork();
  if (child < 0) return 1;
  if (child == 0) {
    for (long i = 0; i < times; i++) {
      receive_all(pair[1], size);
      send_all(pair[1], size);
    }
    _exit(0);
  }
  double begun = now();
  for (long i = 0; i < times; i++) {
    send_all(pair[0], size);
    receive_all(pair[0], size);
  }
  double nanoseconds = now() - begun;
  int status;
  if (waitpid(child, &status, 0) != child || status != 0) return 1;
  printf("%f\n", nanoseconds / times);
  return 0;
}
