/*
 * A pthread mutex around one increment: `mutex THREADS TIMES` prints the nanoseconds of an increment, of the processor with
 * one thread, of the clock with more.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t start;
static volatile int counter;
static long times;

static double now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

static void *count(void *unused) {
  (void)unused;
  pthread_barrier_wait(&start);
  for (long i = 0; i < times; i++) {
    pthread_mutex_lock(&mutex);
    counter++;
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int threads = atoi(argv[1]);
  times = atol(argv[2]);
  clockid_t clock = threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
  pthread_t ids[64];
  if (threads < 1 || threads > 64) return 2;
  pthread_barrier_init(&start, NULL, threads + 1);
  for (int i = 0; i < threads; i++) pthread_create(&ids[i], NULL, count, NULL);
  double begun = now(clock);
  pthread_barrier_wait(&start);
  for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
  double nanoseconds = now(clock) - begun;
  if (counter != threads * times) return 1;
  printf("%f\n", nanoseconds / (threads * times));
  return 0;
}
