"""Locks of CPython's processes: `lock.py alone|together|wake TIMES`, as process-locks.ts measures its own. Prints nanoseconds of one turn."""
import multiprocessing
import sys
import time

work, times = sys.argv[1], int(sys.argv[2])
context = multiprocessing.get_context('fork')


def count(lock, counter, times):
    acquire, release = lock.acquire, lock.release
    for _ in range(times):
        acquire()
        counter[0] += 1
        release()


def counting(meeting, lock, counter, times, spans, index):
    meeting.wait()
    spans[2 * index] = time.perf_counter()
    count(lock, counter, times)
    spans[2 * index + 1] = time.perf_counter()


def turns(meeting, mine, others, times, spans, index):
    meeting.wait()
    spans[2 * index] = time.perf_counter()
    for _ in range(times):
        if index == 0:
            others.release()
        mine.acquire()
        if index == 1:
            others.release()
    spans[2 * index + 1] = time.perf_counter()


def alone():
    lock = context.Lock()
    begun = time.process_time_ns()
    count(lock, [0], times)
    return (time.process_time_ns() - begun) / times


def together():
    meeting, lock = context.Barrier(2), context.Lock()
    counter, spans = context.RawArray('i', 1), context.RawArray('d', 4)
    run(counting, [(meeting, lock, counter, times, spans, index) for index in range(2)])
    return span(spans) / (2 * times)


def wake():
    meeting, one, other = context.Barrier(2), context.Semaphore(0), context.Semaphore(0)
    spans = context.RawArray('d', 4)
    run(turns, [(meeting, one, other, times, spans, 0), (meeting, other, one, times, spans, 1)])
    return span(spans) / (2 * times)


def run(target, arguments):
    children = [context.Process(target=target, args=args) for args in arguments]
    for child in children:
        child.start()
    for child in children:
        child.join()


def span(spans):
    return (max(spans[1], spans[3]) - min(spans[0], spans[2])) * 1e9


print({'alone': alone, 'together': together, 'wake': wake}[work]())
