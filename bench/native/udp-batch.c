/*
 * As udp-epoll.c, with up to 64 datagrams a system call. The headers are set up once; of those that were used, the length of
 * the address is set again.
 *
 * epoll(7), recvmmsg(2), sendmmsg(2)
 */
#include "address.h"

#include <errno.h>
#include <sys/epoll.h>

enum { MOST = 64, SIZE = 2048 };

static char datagrams[MOST][SIZE];
static struct sockaddr_in peers[MOST];
static struct iovec parts[MOST];
static struct mmsghdr messages[MOST];

int main(void) {
  int fd = datagram_socket(0);
  int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN};
  if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll");
  for (int i = 0; i < MOST; i++) {
    parts[i] = (struct iovec){datagrams[i], SIZE};
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = &peers[i], .msg_namelen = sizeof peers[i], .msg_iov = &parts[i], .msg_iovlen = 1};
  }
  for (;;) {
    if (epoll_wait(epoll_fd, &event, 1, -1) < 0 && errno != EINTR) die("epoll_wait");
    int count = recvmmsg(fd, messages, MOST, 0, NULL);
    if (count < 0) continue;
    for (int i = 0; i < count; i++) parts[i].iov_len = messages[i].msg_len;
    for (int sent = 0; sent < count;) {
      int taken = sendmmsg(fd, messages + sent, (unsigned)(count - sent), 0);
      if (taken < 0 && errno != EAGAIN) die("sendmmsg");
      if (taken > 0) sent += taken;
    }
    for (int i = 0; i < count; i++) {
      parts[i].iov_len = SIZE;
      messages[i].msg_hdr.msg_namelen = sizeof peers[i];
    }
  }
}
