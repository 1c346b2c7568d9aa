"""Calls of a dict of CPython's manager, one after the other: `calls.py SECONDS`; prints how many gets and sets a second."""
import sys
import time
from multiprocessing import Manager

if __name__ == '__main__':
    seconds = float(sys.argv[1])
    with Manager() as manager:
        shared = manager.dict()
        shared[1] = 'x'


        def measure(call):
            calls, begun = 0, time.perf_counter()
            while time.perf_counter() - begun < seconds:
                for _ in range(100):
                    call()
                calls += 100
            return calls / (time.perf_counter() - begun)


        both = (lambda: shared[1], lambda: shared.__setitem__(1, 'x'))
        for call in both:
            measure(call)
        print(*[measure(call) for call in both])
