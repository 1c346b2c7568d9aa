/*
 * The yardstick of files: sends the file to each connection with sendfile(2), one connection at a time.
 *
 *   file-sendfile FILE
 */
#include "address.h"

#include <sys/sendfile.h>
#include <sys/stat.h>

int main(int argc, char **argv) {
  int file = open(argc > 1 ? argv[1] : "", O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (file < 0 || fstat(file, &status) < 0) die("file");
  int listener = listen_at(NULL, 0);
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) die("accept4");
    for (off_t offset = 0; offset < status.st_size;)
      if (sendfile(fd, file, &offset, (size_t)(status.st_size - offset)) <= 0) break;
    close(fd);
  }
}
