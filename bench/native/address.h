/* Where a server listens and a client connects: a path is a unix socket, a number a TCP port on 127.0.0.1. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

static void die(const char *what) {
  perror(what);
  exit(1);
}

static __attribute__((unused)) void allow_many_descriptors(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) die("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) die("setrlimit");
}

static struct sockaddr_un unix_address(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  return address;
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  return address;
}

/* A UDP socket on any port, for which 0 is given, or connected to one. */
static __attribute__((unused)) int datagram_socket(int port) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  struct sockaddr_in address = loopback(port);
  if (port > 0) {
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
    return fd;
  }
  socklen_t length = sizeof address;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
  if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) die("getsockname");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

static __attribute__((unused)) void no_delay(int fd) {
  int on = 1;
  /* without it the tail of a 64 KiB message waits for an acknowledgement */
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) die("setsockopt");
}

/* Listens at the path, or at any port for NULL, and prints where; accepted sockets inherit TCP_NODELAY. */
static __attribute__((unused)) int listen_at(const char *path, int flags) {
  int listener = socket(path == NULL ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (listener < 0) die("socket");
  if (path != NULL) {
    struct sockaddr_un address = unix_address(path);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
    printf("%s\n", path);
  } else {
    no_delay(listener);
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
    if (getsockname(listener, (struct sockaddr *)&address, &length) < 0) die("getsockname");
    printf("%d\n", ntohs(address.sin_port));
  }
  if (listen(listener, BACKLOG) < 0) die("listen");
  fflush(stdout);
  return listener;
}

/* A connected, blocking socket; over TCP from one of many addresses, or the ports of one would be used up by short connections. */
static __attribute__((unused)) int connect_to(const char *where) {
  static uint32_t count;
  int is_path = strchr(where, '/') != NULL;
  int fd = socket(is_path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  if (is_path) {
    struct sockaddr_un address = unix_address(where);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
    return fd;
  }
  struct sockaddr_in own = loopback(0), address = loopback(atoi(where));
  own.sin_addr.s_addr = htonl(0x7f000001u + count++ % 240);
  int on = 1;
  if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) < 0) die("setsockopt");
  if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0) die("bind");
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
  no_delay(fd);
  return fd;
}
