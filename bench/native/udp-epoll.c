/*
 * The yardstick of datagrams: an echo server in C on one socket and one level-triggered epoll instance, one receive and one
 * send a datagram, until none is left. Prints its port; SIGTERM ends it.
 *
 * epoll(7), recvfrom(2), sendto(2)
 */
#include "address.h"

#include <errno.h>
#include <sys/epoll.h>

static char datagram[65536];

int main(void) {
  int fd = datagram_socket(0);
  int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN};
  if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll");
  for (;;) {
    if (epoll_wait(epoll_fd, &event, 1, -1) < 0 && errno != EINTR) die("epoll_wait");
    for (;;) {
      struct sockaddr_in peer;
      socklen_t length = sizeof peer;
      ssize_t received = recvfrom(fd, datagram, sizeof datagram, 0, (struct sockaddr *)&peer, &length);
      if (received < 0) break;
      ssize_t sent = sendto(fd, datagram, (size_t)received, 0, (struct sockaddr *)&peer, length);
      if (sent < 0 && errno != EAGAIN) die("sendto");
    }
  }
}
