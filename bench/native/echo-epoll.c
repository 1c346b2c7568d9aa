/*
 * The yardstick: an echo server in C on one thread and one level-triggered epoll instance. One receive and one send
 * a wake-up of a connection, through one shared buffer; what the kernel does not take at once waits in memory of the
 * connection's own, and the connection is not read until it has gone. Prints its port, or the
 * path that it was given; SIGTERM ends it.
 *
 * epoll(7), accept4(2), recv(2), send(2)
 */
#include "address.h"

#include <errno.h>
#include <sys/epoll.h>

enum { EVENTS = 256, CHUNK = 64 * 1024 };

struct connection {
  int fd;
  char *rest; /* the unsent part of the last chunk, or NULL */
  size_t length, sent;
};

static int epoll_fd;
static char chunk[CHUNK];

static void watch(struct connection *connection, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = connection};
  if (epoll_ctl(epoll_fd, operation, connection->fd, &event) < 0) die("epoll_ctl");
}

static void close_connection(struct connection *connection) {
  close(connection->fd); /* nobody holds a duplicate: epoll forgets it by itself */
  free(connection->rest);
  free(connection);
}

static void accept_all(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno != EAGAIN) perror("accept4");
      return;
    }
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) die("calloc");
    connection->fd = fd;
    watch(connection, EPOLL_CTL_ADD, EPOLLIN);
  }
}

static void keep_rest(struct connection *connection, const char *data, size_t length) {
  connection->rest = malloc(length);
  if (connection->rest == NULL) die("malloc");
  memcpy(connection->rest, data, length);
  connection->length = length;
  connection->sent = 0;
  watch(connection, EPOLL_CTL_MOD, EPOLLOUT);
}

static void echo(struct connection *connection) {
  ssize_t received = recv(connection->fd, chunk, sizeof chunk, 0);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (received <= 0) {
    close_connection(connection);
    return;
  }
  ssize_t sent = send(connection->fd, chunk, (size_t)received, MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) {
      close_connection(connection);
      return;
    }
    sent = 0;
  }
  if (sent < received) keep_rest(connection, chunk + sent, (size_t)(received - sent));
}

static void send_rest(struct connection *connection) {
  size_t left = connection->length - connection->sent;
  ssize_t sent = send(connection->fd, connection->rest + connection->sent, left, MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) close_connection(connection);
    return;
  }
  connection->sent += (size_t)sent;
  if (connection->sent < connection->length) return;
  free(connection->rest);
  connection->rest = NULL;
  watch(connection, EPOLL_CTL_MOD, EPOLLIN);
}

int main(int argc, char **argv) {
  allow_many_descriptors();
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) die("epoll_create1");
  int listener = listen_at(argc > 1 ? argv[1] : NULL, SOCK_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}; /* NULL: the listener */
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event) < 0) die("epoll_ctl");

  struct epoll_event events[EVENTS];
  for (;;) {
    int count = epoll_wait(epoll_fd, events, EVENTS, -1);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < count; i++) {
      struct connection *connection = events[i].data.ptr;
      if (connection == NULL) accept_all(listener);
      else if (connection->rest == NULL) echo(connection);
      else if (events[i].events & (EPOLLERR | EPOLLHUP)) close_connection(connection);
      else send_rest(connection);
    }
  }
}
