"""Calls of a dict of CPython's manager, one after the other: `calls.py get|set SECONDS`; prints calls a second."""
import sys
import time
from multiprocessing import Manager

if __name__ == '__main__':
    name, seconds = sys.argv[1], float(sys.argv[2])
    with Manager() as manager:
        shared = manager.dict()
        shared[1] = 'x'
        call = (lambda: shared[1]) if name == 'get' else (lambda: shared.__setitem__(1, 'x'))


        def measure(seconds):
            calls, begun = 0, time.perf_counter()
            while time.perf_counter() - begun < seconds:
                for _ in range(100):
                    call()
                calls += 100
            return calls / (time.perf_counter() - begun)

        measure(2 * seconds)
        print(measure(seconds))
