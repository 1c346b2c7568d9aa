/*
 * The load: N connections to a port of 127.0.0.1 or to a unix socket's path, each with one request outstanding, all on one
 * thread and one epoll instance. Every answer is compared with what was sent.
 *
 *   load PORT|PATH CONNECTIONS SIZE [once|udp]
 *
 * With `once` every request has a connection of its own: it connects, exchanges one message, and closes. With `udp` a
 * connection is a UDP socket of its own, and a message one datagram.
 *
 * It connects, lets every connection exchange one message, and prints {"ready":true,...}. Then each line
 * "run SECONDS" on its input is one measurement, answered by one line of JSON once the last answer has come in: so the
 * requests it counts are exactly those that the server did between the line and the answer, and connecting and closing
 * are in no measurement. The end of its input ends it. Latencies are microseconds, from a histogram whose buckets
 * are at most 1.6 % wide.
 *
 * epoll(7), connect(2), recv(2), send(2), clock_gettime(2)
 */
#include "address.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <time.h>

enum {
  EVENTS = 256,
  RECEIVE = 256 * 1024,
  OFFSETS = 4096,        /* so many different messages are cut from one pool of bytes */
  CONNECT_BATCH = 256,   /* connected before they exchange their first message: far below any backlog */
  SILENCE = 10 * 1000,   /* milliseconds without any event until the outstanding answers count as lost */
  COMPARED_WHOLE = 4096, /* chunks up to this size are compared whole, longer ones at both ends */
  COMPARED_END = 64,
  BUCKETS = 64 * 64,
};

struct connection {
  int fd; /* -1 after an error */
  bool wants_out;
  uint32_t turn;
  uint64_t started;
  const char *message; /* NULL: nothing outstanding */
  size_t sent, received;
};

static int epoll_fd;
static const char *server;
static bool once, udp;
static size_t message_size;
static char *pool;
static char receive_buffer[RECEIVE];
static struct connection *connections;
static int connection_count, outstanding, alive;

static bool recording;
static uint64_t deadline, requests, errors, slowest;
static uint64_t histogram[BUCKETS];

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* 64 buckets for each power of two of nanoseconds: exact below 64, 1.6 % wide above. */
static void record(uint64_t latency) {
  int bucket = (int)latency;
  if (latency >= 64) {
    int exponent = 63 - __builtin_clzll(latency);
    bucket = (exponent - 5) * 64 + (int)((latency >> (exponent - 6)) & 63);
  }
  histogram[bucket]++;
  if (latency > slowest) slowest = latency;
}

static double bucket_middle(int bucket) {
  if (bucket < 64) return bucket;
  int shift = bucket / 64 - 1;
  return (double)((uint64_t)(64 + bucket % 64) << shift) + (double)(1ull << shift) / 2;
}

static double percentile_microseconds(double fraction) {
  uint64_t seen = 0;
  for (int bucket = 0; bucket < BUCKETS; bucket++) {
    seen += histogram[bucket];
    if (seen > 0 && (double)seen >= fraction * (double)requests) return bucket_middle(bucket) / 1000;
  }
  return 0;
}

static void fail(struct connection *connection, const char *what) {
  if (errors++ < 5) fprintf(stderr, "connection %d: %s\n", (int)(connection - connections), what);
  close(connection->fd);
  connection->fd = -1;
  if (connection->message != NULL) outstanding--;
  connection->message = NULL;
  alive--;
}

static void want_out(struct connection *connection, bool wanted) {
  if (connection->wants_out == wanted) return;
  connection->wants_out = wanted;
  struct epoll_event event = {.events = EPOLLIN | (wanted ? EPOLLOUT : 0), .data.ptr = connection};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, connection->fd, &event) < 0) die("epoll_ctl");
}

static void send_more(struct connection *connection) {
  ssize_t sent =
      send(connection->fd, connection->message + connection->sent, message_size - connection->sent, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    fail(connection, strerror(errno));
    return;
  }
  if (sent > 0) connection->sent += (size_t)sent;
  want_out(connection, connection->sent < message_size);
}

static void open_connection(struct connection *connection) {
  connection->fd = udp ? datagram_socket(atoi(server)) : connect_to(server);
  if (fcntl(connection->fd, F_SETFL, O_NONBLOCK) < 0) die("fcntl");
  connection->wants_out = false;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) < 0) die("epoll_ctl");
}

static void begin_request(struct connection *connection) {
  uint64_t started = now();
  if (once && connection->fd < 0) open_connection(connection);
  uint32_t number = (uint32_t)(connection - connections);
  connection->message = pool + (number * 7 + connection->turn++ * 13) % OFFSETS;
  connection->sent = connection->received = 0;
  connection->started = started;
  outstanding++;
  send_more(connection);
}

static bool is_expected(const char *data, const char *expected, size_t length) {
  if (length <= COMPARED_WHOLE) return memcmp(data, expected, length) == 0;
  size_t tail = length - COMPARED_END;
  return memcmp(data, expected, COMPARED_END) == 0 && memcmp(data + tail, expected + tail, COMPARED_END) == 0;
}

static void receive_more(struct connection *connection) {
  ssize_t received = recv(connection->fd, receive_buffer, sizeof receive_buffer, 0);
  if (received < 0) {
    if (errno != EAGAIN && errno != EINTR) fail(connection, strerror(errno));
    return;
  }
  if (received == 0) {
    fail(connection, "closed by the server");
    return;
  }
  if (connection->message == NULL || connection->received + (size_t)received > connection->sent) {
    fail(connection, "more bytes came back than were sent");
    return;
  }
  if (!is_expected(receive_buffer, connection->message + connection->received, (size_t)received)) {
    fail(connection, "other bytes came back than were sent");
    return;
  }
  connection->received += (size_t)received;
  if (connection->received < message_size) return;

  connection->message = NULL;
  outstanding--;
  if (once) {
    close(connection->fd);
    connection->fd = -1;
  }
  uint64_t end = now();
  if (recording) {
    requests++;
    record(end - connection->started);
  }
  if (end < deadline) begin_request(connection);
}

/* Until no answer is outstanding. */
static void exchange(void) {
  struct epoll_event events[EVENTS];
  while (outstanding > 0) {
    int count = epoll_wait(epoll_fd, events, EVENTS, SILENCE);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    if (count == 0) {
      for (int i = 0; i < connection_count; i++)
        if (connections[i].message != NULL) fail(&connections[i], "no answer for 10 seconds");
      return;
    }
    for (int i = 0; i < count; i++) {
      struct connection *connection = events[i].data.ptr;
      if (events[i].events & EPOLLOUT) send_more(connection);
      if (connection->fd >= 0 && (events[i].events & ~(uint32_t)EPOLLOUT)) receive_more(connection);
    }
  }
}

static void connect_all(void) {
  for (int first = 0; first < connection_count; first += CONNECT_BATCH) {
    int end = first + CONNECT_BATCH < connection_count ? first + CONNECT_BATCH : connection_count;
    for (int i = first; i < end; i++) open_connection(&connections[i]);
    alive += end - first;
    for (int i = first; i < end; i++) begin_request(&connections[i]);
    exchange();
  }
}

static void run(double seconds) {
  memset(histogram, 0, sizeof histogram);
  requests = errors = slowest = 0;
  recording = true;
  uint64_t start = now();
  deadline = start + (uint64_t)(seconds * 1e9);
  for (int i = 0; i < connection_count; i++)
    if (once || connections[i].fd >= 0) begin_request(&connections[i]);
  exchange();
  double elapsed = (double)(now() - start) / 1e9;
  deadline = 0;
  recording = false;
  printf("{\"requests\":%llu,\"errors\":%llu,\"seconds\":%.6f,\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f}\n",
         (unsigned long long)requests, (unsigned long long)errors, elapsed, percentile_microseconds(0.5),
         percentile_microseconds(0.99), (double)slowest / 1000);
  fflush(stdout);
}

static void make_pool(void) {
  pool = malloc(message_size + OFFSETS);
  if (pool == NULL) die("malloc");
  uint64_t state = 88172645463325252ull; /* xorshift64: bytes that repeat nowhere within a message */
  for (size_t i = 0; i < message_size + OFFSETS; i++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    pool[i] = (char)state;
  }
}

int main(int argc, char **argv) {
  once = argc == 5 && strcmp(argv[4], "once") == 0;
  udp = argc == 5 && strcmp(argv[4], "udp") == 0;
  bool given = argc == 4 || once || udp;
  connection_count = given ? atoi(argv[2]) : 0;
  message_size = given ? strtoul(argv[3], NULL, 10) : 0;
  if (connection_count <= 0 || message_size == 0) {
    fprintf(stderr, "usage: load PORT|PATH CONNECTIONS SIZE [once|udp]; then lines \"run SECONDS\" on the input\n");
    return 2;
  }
  server = argv[1];
  allow_many_descriptors();
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) die("epoll_create1");
  connections = calloc((size_t)connection_count, sizeof *connections);
  if (connections == NULL) die("calloc");

  make_pool();
  connect_all();
  printf("{\"ready\":%s,\"connections\":%d,\"errors\":%llu}\n", errors == 0 ? "true" : "false", alive,
         (unsigned long long)errors);
  fflush(stdout);

  char line[64];
  double seconds;
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "run %lf", &seconds) != 1) {
      fprintf(stderr, "load: expected \"run SECONDS\", got: %s", line);
      return 2;
    }
    run(seconds);
  }
  return 0;
}
