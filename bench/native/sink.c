/*
 * The receiver of files: for each line on its input connects, receives up to the end, and prints {"bytes":...,"seconds":...}.
 *
 *   sink PORT
 */
#include "address.h"

#include <time.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  static char buffer[256 * 1024];
  char line[64];
  while (argc > 1 && fgets(line, sizeof line, stdin) != NULL) {
    double start = now();
    int fd = connect_to(argv[1]);
    unsigned long long bytes = 0;
    ssize_t received;
    while ((received = recv(fd, buffer, sizeof buffer, 0)) > 0) bytes += (unsigned long long)received;
    if (received < 0) die("recv");
    close(fd);
    printf("{\"bytes\":%llu,\"seconds\":%.6f}\n", bytes, now() - start);
    fflush(stdout);
  }
  return 0;
}
