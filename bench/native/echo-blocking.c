/*
 * The yardstick of blocking calls: serves one connection at a time, one blocking receive and one send a request.
 *
 * accept(2), recv(2), send(2)
 */
#include "address.h"

int main(int argc, char **argv) {
  static char buffer[64 * 1024];
  int listener = listen_at(argc > 1 ? argv[1] : NULL, 0);
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) die("accept4");
    for (;;) {
      ssize_t received = recv(fd, buffer, sizeof buffer, 0);
      if (received <= 0) break;
      /* a blocking send takes everything */
      if (send(fd, buffer, (size_t)received, MSG_NOSIGNAL) < 0) break;
    }
    close(fd);
  }
}
