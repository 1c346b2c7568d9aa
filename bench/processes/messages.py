"""Messages between two processes of CPython: `messages.py queue|simple-queue|pipe BYTES TIMES` prints the nanoseconds of one."""
import multiprocessing
import sys
import time

kind, size, times = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
message = "x" * size if size < 1000 else bytes(size)


def produce(items):
    for _ in range(times):
        items.put(message)


def answer(connection):
    for _ in range(times):
        connection.send(connection.recv())


def through(items):
    process = multiprocessing.Process(target=produce, args=(items,))
    process.start()
    items.get()
    begun = time.perf_counter_ns()
    for _ in range(times - 1):
        items.get()
    elapsed = time.perf_counter_ns() - begun
    process.join()
    return elapsed / (times - 1)


def there_and_back():
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=answer, args=(there,))
    process.start()
    here.send(message)
    here.recv()
    begun = time.perf_counter_ns()
    for _ in range(times - 1):
        here.send(message)
        here.recv()
    elapsed = time.perf_counter_ns() - begun
    process.join()
    return elapsed / (times - 1)


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    if kind == "pipe":
        print(there_and_back())
    else:
        print(through(multiprocessing.Queue(1000) if kind == "queue" else multiprocessing.SimpleQueue()))
