"""Items through a queue of CPython, from one thread to another: `simple-queue.py KIND TIMES` prints the nanoseconds of an item."""
import queue
import sys
import threading
import time

kind, times = sys.argv[1], int(sys.argv[2])
items = queue.SimpleQueue()


def item(i):
    return i if kind == "numbers" else {"id": i, "op": "set", "key": "name", "n": 1.5}


def produce():
    for i in range(times):
        items.put(item(i))


producer = threading.Thread(target=produce)
begun = time.perf_counter_ns()
producer.start()
for _ in range(times):
    items.get()
print((time.perf_counter_ns() - begun) / times)
producer.join()
