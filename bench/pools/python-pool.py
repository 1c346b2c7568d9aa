"""CPython's Pool under the tiny tasks of process-pool.ts: reads what to do, and prints how many seconds each took, as JSON."""
import json, sys, time
from multiprocessing import Pool


def double(x):
    return 2 * x


def timed(body):
    started = time.perf_counter()
    body()
    return time.perf_counter() - started


if __name__ == '__main__':
    pool = None
    for line in sys.stdin:
        what, count = line.split()
        count = int(count)
        if what == 'start':
            pool = Pool(count)
            times = [timed(lambda: pool.map(double, range(1000)))]
        elif what == 'many':
            times = [timed(lambda: pool.map(double, range(count), 1))]
        elif what == 'chunked':
            numbers = list(range(count))
            times = [timed(lambda: pool.map(double, numbers))]
        else:
            times = [timed(lambda: pool.apply(double, (7,))) for _ in range(count)]
        print(json.dumps(times), flush=True)
    pool.terminate()
