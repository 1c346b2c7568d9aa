"""A lock of CPython around one increment: `lock.py THREADS TIMES`, as native/mutex.c."""
import sys
import threading
import time

threads, times = int(sys.argv[1]), int(sys.argv[2])
lock = threading.Lock()
counter = [0]
start = threading.Barrier(threads + 1)


def count():
    acquire, release = lock.acquire, lock.release
    start.wait()
    for _ in range(times):
        acquire()
        counter[0] += 1
        release()


workers = [threading.Thread(target=count) for _ in range(threads)]
for worker in workers:
    worker.start()
clock = time.process_time_ns if threads == 1 else time.perf_counter_ns
begun = clock()
start.wait()
for worker in workers:
    worker.join()
print((clock() - begun) / (threads * times))
